"""Where the sockets are."""

from django.urls import re_path

from .consumers import JamConsumer

#: A jam's id, in a page's address and in its socket's.
JAM_ID = r"(?P<jam_id>[A-Za-z0-9_-]{1,64})"

# Channels routes to ASGI applications where Django's types expect views.
_consumer = JamConsumer.as_asgi()
websocket_urlpatterns = [re_path(rf"^ws/jams/{JAM_ID}/$", _consumer)]  # type: ignore[arg-type]
