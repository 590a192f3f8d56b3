"""The live jams in Django's admin: to look at, and to free a seat with a permission of its own."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from ..models import LiveJam
from ..store import StoreError
from .live_service import StaffBalancer, free_seat
from .read_only import ReadOnlyAdmin

JAMS_PER_PAGE = 50
RETRY_SECONDS = 5
FREE_SEAT = "jams.free_seat"

View = Callable[..., HttpResponse]


def notice_without_store(view: View) -> View:
    """Make a view of ``LiveJamAdmin`` say so when Redis is away, where it would fail."""

    @wraps(view)
    def guarded(self: "LiveJamAdmin", request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return view(self, request, *args, **kwargs)
        except StoreError:
            response = self.show(request, "unavailable", "Live jams", status=503)
            response["Retry-After"] = str(RETRY_SECONDS)
            return response

    return guarded


@admin.register(LiveJam)
class LiveJamAdmin(ReadOnlyAdmin):
    """Shows what Redis holds. None of Django's own views is used: they would ask the database."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("", wrap(require_safe(self.list_view)), name="jams_livejam_changelist"),
            path("<str:object_id>/", wrap(require_safe(self.jam_view)), name="jams_livejam_change"),
            path(
                "<str:object_id>/seats/<str:user_id>/free/",
                wrap(require_http_methods(["GET", "HEAD", "POST"])(self.free_seat_view)),
                name="jams_livejam_free_seat",
            ),
        ]

    @notice_without_store
    def list_view(self, request: HttpRequest) -> HttpResponse:
        """Show the live jams, the fullest first."""
        self.require_view_permission(request)
        search = request.GET.get("q", "").strip()
        live = StaffBalancer().page(search, request.GET.get("p", "1"), JAMS_PER_PAGE)
        context = {
            "live": live,
            "page_numbers": live.page.paginator.get_elided_page_range(
                live.page.number, on_each_side=2
            ),
            "search": search,
            "at": timezone.now(),
        }
        return self.show(request, "list", "Live jams", context)

    @notice_without_store
    def jam_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show a jam and its users."""
        self.require_view_permission(request)
        jam = StaffBalancer().jam(unquote(object_id))
        if jam is None:
            text = f"The jam {unquote(object_id)} isn't on any more."
            self.message_user(request, text, messages.WARNING)
            return HttpResponseRedirect(reverse("admin:jams_livejam_changelist"))
        context = {
            "jam": jam,
            "at": timezone.now(),
            "may_free_seats": request.user.has_perm(FREE_SEAT),
        }
        return self.show(request, "jam", f"Jam {jam.jam_id}", context)

    @notice_without_store
    def free_seat_view(self, request: HttpRequest, object_id: str, user_id: str) -> HttpResponse:
        """Ask whether a user's seat is to be freed, and free it when that is confirmed."""
        self.require_view_permission(request)
        if not request.user.has_perm(FREE_SEAT):
            raise PermissionDenied
        jam_id, user_id = unquote(object_id), unquote(user_id)
        jam = StaffBalancer().jam(jam_id)
        user = next((user for user in jam.users if user.user_id == user_id), None) if jam else None
        gone = f"The user {user_id} has left."
        if user is None:
            return self.leave_for_jam(request, jam_id, gone, messages.WARNING)
        if request.method != "POST":
            return self.show(request, "free_seat", "Free a seat?", {"jam": jam, "seated": user})
        if not free_seat(jam_id, user_id):
            return self.leave_for_jam(request, jam_id, gone, messages.WARNING)
        text = f"Freed the seat of {user.name} ({user_id}, {user.loop})."
        self.log_change(request, LiveJam(jam_id), text)
        return self.leave_for_jam(request, jam_id, text, messages.SUCCESS)

    def require_view_permission(self, request: HttpRequest) -> None:
        """Raise PermissionDenied for staff who may not see the live jams."""
        if not self.has_view_permission(request):
            raise PermissionDenied

    def leave_for_jam(
        self, request: HttpRequest, jam_id: str, text: str, level: int
    ) -> HttpResponse:
        """Go to a jam's page and say something there."""
        self.message_user(request, text, level)
        return HttpResponseRedirect(reverse("admin:jams_livejam_change", args=[quote(jam_id)]))

    def show(
        self,
        request: HttpRequest,
        template: str,
        title: str,
        context: dict[str, Any] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Render one of the pages in ``templates/admin/jams/livejam/``."""
        request.current_app = self.admin_site.name
        everywhere = {**self.admin_site.each_context(request), "title": title, "opts": self.opts}
        return TemplateResponse(
            request,
            f"admin/jams/livejam/{template}.html",
            {**everywhere, **(context or {})},
            status=status,
        )
