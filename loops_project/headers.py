"""The response headers that Django's own middleware and django-csp don't send."""

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction

from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

# The page plays sound and asks for nothing else: not for a microphone, not for a place.
PERMISSIONS_POLICY = (
    "camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
    "microphone=(), midi=(), payment=(), usb=()"
)

Response = HttpResponseBase | Awaitable[HttpResponseBase]


@sync_and_async_middleware
def permissions_policy(
    get_response: Callable[[HttpRequest], Response],
) -> Callable[[HttpRequest], Response]:
    """Middleware that adds Permissions-Policy, on the event loop itself: no hop to a thread."""
    if iscoroutinefunction(get_response):

        async def asynchronous(request: HttpRequest) -> HttpResponseBase:
            response: HttpResponseBase = await get_response(request)
            response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
            return response

        return asynchronous

    def synchronous(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        assert isinstance(response, HttpResponseBase)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response

    return synchronous
