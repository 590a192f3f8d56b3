"""The admin's site, with a login at which wrong passwords are limited (``login_throttle.py``)."""

import logging
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from .login_throttle import count_attempt, forget_attempts

logger = logging.getLogger(__name__)


class StaffLoginForm(AdminAuthenticationForm):
    """Django's form for staff, which doesn't look at a password after too many wrong ones."""

    #: How long this attempt has to wait, in seconds; 0 for one that was let through.
    wait_seconds = 0

    def clean(self) -> dict[str, Any]:
        name = self.cleaned_data.get("username")
        if name is None or not self.cleaned_data.get("password"):
            return super().clean()
        address = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
        self.wait_seconds = count_attempt(name, address)
        if self.wait_seconds:
            logger.warning("Too many attempts to log in as %r from %s", name, address)
            raise ValidationError(_refusal(self.wait_seconds), code="throttled")
        cleaned = super().clean()
        forget_attempts(name, address)
        return cleaned


class StaffSite(AdminSite):
    """The admin's site: an attempt to log in that has to wait is answered with 429."""

    site_title = site_header = "Loops With Friends: staff"
    index_title = "Overview"
    login_form = StaffLoginForm

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().login(request, extra_context)
        context = response.context_data if isinstance(response, TemplateResponse) else None
        wait_seconds = getattr((context or {}).get("form"), "wait_seconds", 0)
        if wait_seconds:
            response.status_code = 429
            response["Retry-After"] = str(wait_seconds)
        return response


def _refusal(wait_seconds: int) -> str:
    minutes = -(-wait_seconds // 60)
    return (
        f"Too many attempts to log in. Try again in {minutes} minute{'' if minutes == 1 else 's'}."
    )
