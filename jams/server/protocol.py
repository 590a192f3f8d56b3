"""The fast path: a way around ASGI's messages for what happens thousands of times a second.

uvicorn's own WebSocket protocol does the handshake, the parsing, pings and closing, here as
everywhere. What is added are two short cuts, which the application finds in its scope (see
``jams.hub.DirectSocket``): frames that are encoded already go to the transport as they are, and
text messages come as a call instead of through a queue and a task switch.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import CloseCode

from jams.hub import DIRECT_SOCKET, OUTBOX_BYTES


class DirectServerState(ServerState):
    """What the sockets of a server share: among it, which of them have frames to send.

    A socket's frames of one turn of the event loop go out together: under load that halves the
    system calls, which are most of what an event costs.
    """

    def __init__(self) -> None:
        super().__init__()
        self._filled: list[DirectWebSocketProtocol] = []

    def send_soon(self, socket: "DirectWebSocketProtocol") -> None:
        if not self._filled:
            asyncio.get_running_loop().call_soon(self._send)
        self._filled.append(socket)

    def _send(self) -> None:
        filled, self._filled = self._filled, []
        for socket in filled:
            socket.send_frames()


class DirectWebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol, which is also a ``DirectSocket``."""

    #: Takes a text message, and tells whether it did; the others come by ``receive``, in order.
    take_text: Callable[[bytes], bool] | None = None

    def __init__(self, config: Any, server_state: DirectServerState, *rest: Any, **more: Any):
        super().__init__(config, server_state, *rest, **more)
        self._server_state = server_state
        self._frames: list[bytes] = []

    def write(self, frame: bytes) -> None:
        if not self._frames:
            self._server_state.send_soon(self)
        self._frames.append(frame)

    def send_frames(self) -> None:
        """Send what has been written, unless the socket is closing, or hopelessly behind."""
        frames, self._frames = self._frames, []
        transport = self.transport
        if self.close_sent or transport.is_closing():
            return
        if transport.get_write_buffer_size() > OUTBOX_BYTES:
            transport.abort()  # a close frame would only wait behind all the others
        else:
            transport.write(frames[0] if len(frames) == 1 else b"".join(frames))

    def unsent_bytes(self) -> int:
        return self.transport.get_write_buffer_size()

    def abort(self) -> None:
        self.transport.abort()

    async def run_asgi(self) -> None:
        extensions: dict[str, object] = self.scope["extensions"]  # type: ignore[assignment]
        extensions[DIRECT_SOCKET] = self
        await super().run_asgi()

    def send_receive_event_to_app(self) -> None:
        take = self.take_text
        # ``read_paused``: an earlier message still waits to be received.
        if take and self.curr_msg_data_type == "text" and not (self.read_paused or self.close_sent):
            text = self.frames[0] if len(self.frames) == 1 else b"".join(self.frames)
            if take(text):
                self.frames = []
                return
        if self.curr_msg_data_type == "text" and not self.close_sent and not _is_utf8(self.frames):
            # As uvicorn does, but for its traceback in the log: anybody could fill that.
            self.frames = []
            self.conn.send_close(CloseCode.INVALID_DATA)
            self.handle_parser_exception()
            return
        super().send_receive_event_to_app()

    def pause_writing(self) -> None:
        """Read nothing more from a peer that doesn't read what it is sent."""
        super().pause_writing()
        if self.take_text and not self.transport.is_closing():
            self.transport.pause_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.take_text and not self.read_paused and not self.transport.is_closing():
            self.transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        self.take_text = None  # it knows the consumer, which knows this socket
        super().connection_lost(exc)


def _is_utf8(parts: Sequence[bytes]) -> bool:
    try:
        b"".join(parts).decode()
    except UnicodeDecodeError:
        return False
    return True
