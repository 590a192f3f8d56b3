"""Which pages may open a socket: those of whole, known origins (scheme, host and port)."""

from collections.abc import Iterable
from typing import Any

from loops_project.environment import normal_origin

ANY_PORT = ":*"


class WholeOriginValidator:
    """ASGI middleware: 403 for a WebSocket whose Origin isn't one of the allowed.

    Channels' own OriginValidator parses the header as a URL, which raises (500) on `http://[` or a
    port of 99999, and lets an origin without a scheme through. Here an origin is a text that
    matches or doesn't. A missing one is refused: browsers always send it, and no page of ours is
    anything but a browser's.
    """

    def __init__(self, application: Any, allowed_origins: Iterable[str]) -> None:
        self.application = application
        allowed = list(allowed_origins)
        self._exact = frozenset(origin for origin in allowed if not origin.endswith(ANY_PORT))
        self._any_port = frozenset(
            origin.removesuffix(ANY_PORT) for origin in allowed if origin.endswith(ANY_PORT)
        )

    def allows(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Whether exactly one Origin header is there, and allowed."""
        given = [value for name, value in headers if name.lower() == b"origin"]
        if len(given) != 1:
            return False
        text = given[0].decode("latin-1")
        origin = normal_origin(text)
        if origin is None or text.endswith(ANY_PORT):
            return False
        scheme, _, place = origin.partition("://")
        host = place if place.endswith("]") else place.rpartition(":")[0] or place
        return origin in self._exact or f"{scheme}://{host}" in self._any_port

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        if self.allows(scope["headers"]):
            return await self.application(scope, receive, send)
        # Before `websocket.accept` this is an answer of 403. Channels' WebsocketDenier would do the
        # same, after opening a channel in the channel layer.
        await receive()
        return await send({"type": "websocket.close"})
