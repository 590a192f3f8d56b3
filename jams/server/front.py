"""How a connection begins: with requests for pages, and perhaps one that makes it a socket.

uvicorn's own protocol, and what it leaves to a proxy in front: a bound to headers, an answer to
every handshake, and nobody's request forgotten when its peer is gone.
"""

from typing import Any

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from .protocol import DirectWebSocketProtocol

#: A request's line and headers. nginx passes 33 KB on; without a bound one peer fills the memory.
MOST_HEAD_BYTES = 64 * 1024
_TOO_LARGE = b"\r\n".join(
    (
        b"HTTP/1.1 431 Request Header Fields Too Large",
        b"connection: close",
        b"content-length: 0",
        b"\r\n",
    )
)


class FrontProtocol(HttpToolsProtocol):
    """uvicorn's protocol of pages, which is the first to hear of a socket as well."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._reads_head = False
        self._head_bytes = 0
        self._running: RequestResponseCycle | None = None

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._reads_head:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
                self.transport.write(_TOO_LARGE)
                self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._reads_head, self._head_bytes = True, 0

    def on_headers_complete(self) -> None:
        self._reads_head = False
        super().on_headers_complete()

    def handle_websocket_upgrade(self) -> None:
        if self._running is not None and not self._running.response_complete:
            # The page's answer would go out within the socket's stream.
            self.send_400_response("A socket can't be asked for before the page has been answered.")
            return
        super().handle_websocket_upgrade()
        self.parser = None  # type: ignore[assignment]  # it knows this protocol, which is done
        socket = self.transport.get_protocol()
        assert isinstance(socket, DirectWebSocketProtocol)
        if not socket.handshake_initiated:
            # It isn't told, and would leave the peer without an answer for good.
            self.send_400_response("This isn't the handshake of a WebSocket, or it is too long.")

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def connection_lost(self, exc: Exception | None) -> None:
        # uvicorn's tells the last of several requests only; it is the first that is being answered.
        if self._running is not None and not self._running.response_complete:
            self._running.disconnected = True
            self._running.message_event.set()
        self._running = None
        super().connection_lost(exc)
