"""The page."""

from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from .admission import limited
from .catalog import page_constants
from .loops import CAPACITY
from .messages import PROTOCOL
from .store import StoreError
from .worker import get_worker

#: When a visitor who finds the state store away may try again.
RETRY_SECONDS = 5


@require_safe
@limited
async def jam(request: HttpRequest, jam_id: str | None = None) -> HttpResponse:
    """Show the page of the jam that is the most fun now, or of the one that the link names.

    Nothing is written: the seat is taken when the page's socket connects.
    """
    try:
        worker = await get_worker()
        current_jam = await worker.balancer.current_jam()
    except StoreError:
        return _unavailable(request)
    site = f"{request.scheme}://{request.get_host()}"
    render_parts = _page_parts.__wrapped__ if settings.DEBUG else _page_parts
    parts = render_parts(site, invite=jam_id is not None)
    response = HttpResponse((jam_id or current_jam).join(parts))
    response["Cache-Control"] = "no-store"
    return response


@lru_cache(maxsize=64)
def _page_parts(site: str, *, invite: bool) -> list[str]:
    """Return the page in parts, between which the jam's id belongs: all else is always the same."""
    shown = "THE-JAM-THAT-IS-SHOWN"
    jam_data = {
        "protocol": PROTOCOL,
        "jam_id": shown,
        "socket_path": f"/ws/jams/{shown}/",
        "invite": invite,
        "capacity": CAPACITY,
        **page_constants(),
    }
    return render_to_string("jams/jam.html", {"jam_data": jam_data, "site": site}).split(shown)


def _unavailable(request: HttpRequest) -> HttpResponse:
    response = render(request, "jams/unavailable.html", status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    response["Cache-Control"] = "no-store"
    return response
