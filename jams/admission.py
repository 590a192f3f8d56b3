"""Who may come in how often: limits of pages and of sockets, per session and per address.

The session is a browser, known by a random cookie that the page sets: a page that reloads itself
again and again. It costs nothing to drop the cookie, so the other limit is the address's; that one
is generous, for an address may be a school's. Both are counted in this process's memory, since
looking at a page writes nothing anywhere; with several workers each allows as much.
"""

import re
import secrets
import time
from collections.abc import Callable, Coroutine
from functools import cache, wraps
from http.cookies import CookieError, SimpleCookie
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from .addresses import address_tag
from .rates import Rates

SESSION_COOKIE = "visitor"
#: When who has come too often may come again, in seconds.
RETRY_SECONDS = 10
_SESSION_ID = re.compile(r"[0-9a-f]{32}")
#: Askers whose rates are kept: some 200 bytes each.
_MOST_ASKERS = 20_000

View = Callable[..., Coroutine[Any, Any, HttpResponse]]


class Admission:
    """The limits of one kind of request."""

    def __init__(self, per_session: int, per_address: int) -> None:
        self._sessions = Rates(per_session, _MOST_ASKERS)
        self._addresses = Rates(per_address, _MOST_ASKERS)

    def admits(self, session: str, address: str, now: float) -> bool:
        """Count a request at ``now`` (monotonic seconds); tell whether it may be answered."""
        if session and not self._sessions.allows(session, now):
            return False
        tag = address_tag(address)
        return not tag or self._addresses.allows(tag, now)


@cache
def _pages() -> Admission:
    limits = settings.JAM_LIMITS
    return Admission(limits.pages_per_minute_per_session, limits.pages_per_minute_per_address)


@cache
def _sockets() -> Admission:
    limits = settings.JAM_LIMITS
    return Admission(limits.connects_per_minute_per_session, limits.connects_per_minute_per_address)


def session_in(cookies: str) -> str:
    """Return the session in a Cookie header; empty if there is none of ours."""
    try:
        found = SimpleCookie(cookies).get(SESSION_COOKIE)
    except CookieError:
        return ""
    return found.value if found and _SESSION_ID.fullmatch(found.value) else ""


def admits_socket(scope: Any) -> bool:
    """Count a socket that was opened; tell whether it may stay."""
    cookies = "; ".join(
        value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie"
    )
    address = (scope.get("client") or ("",))[0]
    return _sockets().admits(session_in(cookies), address, time.monotonic())


@cache
def _refusal_page() -> str:
    return render_to_string("jams/too_often.html")


def _refusal() -> HttpResponse:
    # Rendered once: what is refused must cost less than what is asked for.
    refusal = HttpResponse(_refusal_page(), status=429)
    refusal["Retry-After"] = str(RETRY_SECONDS)
    refusal["Cache-Control"] = "no-store"
    return refusal


def limited(view: View) -> View:
    """Answer 429 to who asks for a page too often; give a session to who has none."""

    @wraps(view)
    async def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        session = session_in(request.META.get("HTTP_COOKIE", ""))
        address = request.META.get("REMOTE_ADDR") or ""
        if not _pages().admits(session, address, time.monotonic()):
            return _refusal()
        response = await view(request, *args, **kwargs)
        if not session:
            response.set_cookie(
                SESSION_COOKIE,
                secrets.token_hex(16),
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    return answer
