"""The ASGI application: pages by Django, sockets by Channels.

A request passes, from the outside in: the proxy's headers (who really asks, over http or https), the protocol,
and, for a socket, its origin.
"""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.exceptions import ImproperlyConfigured
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loops_project.settings")

pages = (
    get_asgi_application()
)  # sets Django up: the application's own modules can be imported from here on

from jams.routing import websocket_urlpatterns  # noqa: E402
from loops_project.origins import WholeOriginValidator  # noqa: E402

if not settings.REDIS_URL:
    raise ImproperlyConfigured(
        "REDIS_URL is not set: the jams live in a Redis that all workers share, such as redis://127.0.0.1:6379/0. "
        "(`manage.py runserver` starts a private one by itself.)"
    )

application = ProxyHeadersMiddleware(
    ProtocolTypeRouter(
        {
            "http": pages,
            "websocket": WholeOriginValidator(
                URLRouter(websocket_urlpatterns), settings.ALLOWED_ORIGINS
            ),
        }
    ),
    trusted_hosts=settings.TRUSTED_PROXIES,
)
