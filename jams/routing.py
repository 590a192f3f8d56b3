"""Where the sockets are."""

from typing import Any

from django.urls import re_path

from .consumers import JamConsumer

#: A jam's id, in a page's address and in its socket's.
JAM_ID = r"(?P<jam_id>[A-Za-z0-9_-]{1,64})"


async def refuse(scope: Any, receive: Any, send: Any) -> None:
    """Refuse a socket that leads nowhere; without this each would be an error in the log."""
    await receive()  # websocket.connect
    await send({"type": "websocket.close"})


# Channels routes to ASGI applications where Django's types expect views.
_consumer: Any = JamConsumer.as_asgi()
_refuse: Any = refuse
websocket_urlpatterns = [re_path(rf"^ws/jams/{JAM_ID}/$", _consumer), re_path("", _refuse)]
