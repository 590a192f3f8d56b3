"""The ASGI application: pages by Django, sockets by Channels.

A request passes, from the outside in: the proxy's headers (who really asks, over http or https),
the protocol, and, for a socket, its origin.
"""

import os
import re
from typing import Any

from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.exceptions import ImproperlyConfigured
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loops_project.settings")

others = (
    get_asgi_application()
)  # sets Django up: the application's own modules can be imported from here on

from jams.routing import JAM_ID, websocket_urlpatterns
from jams.worker import start_worker, stop_worker
from loops_project.lifespan import Lifespan
from loops_project.origins import WholeOriginValidator
from loops_project.pages import PageHandler, PageRouter

if not settings.REDIS_URL:
    raise ImproperlyConfigured(
        "REDIS_URL is not set: the jams live in a Redis that all workers share, such as "
        "redis://127.0.0.1:6379/0. (`manage.py runserver` starts a private one by itself.)"
    )

# Any: the stubs of Channels, Django and uvicorn each describe ASGI's types in their own words.
socket_urls: Any = websocket_urlpatterns
sockets = WholeOriginValidator(URLRouter(socket_urls), settings.ALLOWED_ORIGINS)
is_page = re.compile(rf"/(jams/{JAM_ID}/)?").fullmatch
pages = PageRouter(is_page, PageHandler(), others)
router: Any = ProtocolTypeRouter(
    {"http": pages, "websocket": sockets, "lifespan": Lifespan(start_worker, stop_worker)}
)
application = ProxyHeadersMiddleware(router, trusted_hosts=settings.TRUSTED_PROXIES)
