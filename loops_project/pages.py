"""Django's handler for the visitors' pages, which a request passes without leaving the event loop.

Django runs the hooks of each ordinary middleware, and its own signals, in a thread that it starts
for the request: a dozen switches between threads and, all in all, four milliseconds of CPU for a
page that is made in a tenth of one. The pages need neither a session nor a database, so they come
here: the same views by the same URLs, with ``PAGE_MIDDLEWARE``, whose hooks only compute.
"""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from asgiref.sync import markcoroutinefunction
from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponseBase
from django.urls import set_script_prefix
from django.utils.deprecation import MiddlewareMixin
from django.utils.module_loading import import_string

# Django's own, which have their styles inside; only in development.
_DEBUG_PAGES = (404, 500)


class PageHandler(ASGIHandler):
    """Answers GET and HEAD of pages that use no session, no database and no request body."""

    def load_middleware(self, *_: Any, **__: Any) -> None:
        """Build the chain of ``PAGE_MIDDLEWARE``, none of which has hooks for views."""
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        chain = convert_exception_to_response(self._get_response_async)  # type: ignore[attr-defined]
        for name in reversed(settings.PAGE_MIDDLEWARE):
            middleware = import_string(name)
            if isinstance(middleware, type) and issubclass(middleware, MiddlewareMixin):
                chain = convert_exception_to_response(_OnTheLoop(middleware, chain))
            else:
                chain = convert_exception_to_response(middleware(chain))
        self._middleware_chain = chain

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        set_script_prefix(get_script_prefix(scope))
        request, refusal = self.create_request(scope, BytesIO())
        response = await self.run_get_response(request) if request else refusal
        assert response is not None
        await self.send_response(response, send)


class _OnTheLoop:
    """One of Django's middlewares, its hooks called where they are, without a thread for each."""

    def __init__(self, middleware: type[MiddlewareMixin], get_response: Any) -> None:
        hooks = middleware(get_response)
        self._before = getattr(hooks, "process_request", None)
        self._after = getattr(hooks, "process_response", None)
        self._get_response = get_response
        markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase | None = self._before(request) if self._before else None
        if response is None:
            response = await self._get_response(request)
        return self._after(request, response) if self._after else response


class ConstantPolicy(CSPMiddleware):
    """django-csp's middleware for pages without a nonce or a policy of their own."""

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        self._policy = build_policy()

    def process_request(self, request: HttpRequest) -> None:
        """There is no nonce to be made."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if not (settings.DEBUG and response.status_code in _DEBUG_PAGES):
            response.headers.setdefault(HEADER, self._policy)
        return response


class PageRouter:
    """ASGI: GET and HEAD of the pages' paths to ``pages``, all other requests to ``others``."""

    def __init__(self, is_page: Callable[[str], object], pages: Any, others: Any) -> None:
        self._is_page = is_page
        self._pages = pages
        self._others = others

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        is_page = scope["method"] in ("GET", "HEAD") and self._is_page(scope["path"])
        await (self._pages if is_page else self._others)(scope, receive, send)
