"""The fast path: a way around ASGI's messages for what happens thousands of times a second.

uvicorn's own WebSocket protocol does the handshake, the parsing and closing, here as everywhere.
What is added are short cuts, which the application finds in its scope (see
``jams.connections.DirectSocket``): frames that are encoded already go to the transport as they are,
and text messages come as a call instead of through a queue and a task switch. A text that arrives
as nearly all do, by itself and whole, is read without the parser (``framing.py``). And pings are
those of ``keepalive.py``.

What one peer sends is bounded here as well, whatever it means: a worker has one thread, and nobody
else is served while it parses.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from uvicorn._types import ASGIReceiveEvent
from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import CloseCode, Frame

from jams.connections import DIRECT_SOCKET, DirectConnection

from .framing import are_whole_frames, is_lone_pong, lone_text
from .keepalive import Keepalive
from .options import LOOK_SECONDS, frames_between_looks

#: A ping with nothing in it (RFC 6455, section 5.5.2).
_PING = b"\x89\0"
#: How much is parsed before it is asked whether to go on: one reading may be 256,000 bytes, half a
#: second of frames with nothing in them.
_PARSED_TOGETHER = 4096
#: Parts of one message. They may be empty, so its size doesn't bound them.
_MOST_PARTS = 100


class SharedState(ServerState):
    """What all connections of a worker share."""

    def __init__(self) -> None:
        super().__init__()
        self.keepalive = Keepalive(LOOK_SECONDS)
        self.frames_between_looks = frames_between_looks()


class DirectWebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol, which is also a ``DirectSocket``."""

    # uvicorn's has more attributes than CPython shares the names of (30), so each connection would
    # have a dictionary of 1.6 KB. With some of them in slots none has.
    __slots__ = (
        "_asked",
        "_between_messages",
        "_frames_left",
        "_heard",
        "_shared",
        "close_sent",
        "conn",
        "connection",
        "frames",
        "read_paused",
        "request",
        "response",
        "scope",
        "take_text",
        "transport",
    )

    def __init__(
        self, config: Config, server_state: ServerState, app_state: dict[str, Any]
    ) -> None:
        super().__init__(config, server_state, app_state)
        #: Takes a text message, and tells whether it did; the others come by ``receive``, in order.
        self.take_text: Callable[[bytes], bool] | None = None
        #: Is told what becomes of the transport, by which it sends.
        self.connection: DirectConnection | None = None
        #: Whether the parser waits for a message to begin: then it can be spared.
        self._between_messages = False
        #: Whether anything has come since ``look`` was last there, ...
        self._heard = True
        #: ... and whether it sent a ping then.
        self._asked = False
        assert isinstance(server_state, SharedState)
        self._shared = server_state
        #: How many more frames are parsed until the next look.
        self._frames_left = server_state.frames_between_looks

    def run_asgi(self) -> Coroutine[Any, Any, None]:
        extensions: dict[str, object] = self.scope["extensions"]  # type: ignore[assignment]
        extensions[DIRECT_SOCKET] = self
        self._between_messages = True  # the request has been read, and nothing else
        self.transport.pause_reading()  # until it is answered: there is no socket before
        return super().run_asgi()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        del self.scope["extensions"][DIRECT_SOCKET]  # it knows the scope

    def data_received(self, data: bytes) -> None:
        self._heard = True
        if self._between_messages:
            if self._take_lone_text(data) or is_lone_pong(data):
                return
            # If not it is never again: a client that sends in pieces is read by the parser alone.
            self._between_messages = are_whole_frames(data)
        for at in range(0, len(data), _PARSED_TOGETHER):
            super().data_received(data[at : at + _PARSED_TOGETHER])
            if self.transport.is_closing():
                return

    def handle_events(self) -> None:
        self._frames_left -= len(self.conn.events)
        if self._frames_left < 0:
            self.transport.abort()  # what it sends keeps the others waiting, whatever it means
        else:
            super().handle_events()

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) < _MOST_PARTS or self.close_sent:
            super().handle_cont(event)
        else:
            self._break_off(CloseCode.MESSAGE_TOO_BIG)

    def _take_lone_text(self, data: bytes) -> bool:
        text = lone_text(data)
        return text is not None and self._take(text)

    def _take(self, text: bytes) -> bool:
        # ``read_paused``: an earlier message still waits to be received.
        if self.take_text is None or self.read_paused or self.close_sent:
            return False
        return self.take_text(text)

    def look(self) -> bool:
        """Send a ping to a peer that has said nothing for a while; close if it didn't answer."""
        self._frames_left = self._shared.frames_between_looks
        if self._heard:
            self._heard = self._asked = False
            return True
        if self.close_sent or self.transport.is_closing():
            return False
        if self._is_behind():
            self._asked = False  # nothing is read of it: it is judged by how it reads
            return True
        if self._asked:
            self.keepalive_timeout()
            self._end_sending()
            return False
        self._asked = True
        self.transport.write(_PING)
        return True

    def handle_pong(self, event: Frame) -> None:
        """Nothing: whatever comes is a sign of life."""

    def stop_keepalive(self) -> None:
        """Nothing: it is forgotten, or the next look finds it closed."""

    def start_keepalive(self) -> None:
        self._shared.keepalive.watch(self)
        self.transport.resume_reading()
        # The handshake is done, and its headers are a sixth of what a connection takes. The parser
        # holds the request, so it is emptied.
        self.request.headers.clear()
        self.response.headers.clear()

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text" and self._take(b"".join(self.frames)):
            self.frames = []
            return
        if self.curr_msg_data_type == "text" and not self.close_sent and not _is_utf8(self.frames):
            # As uvicorn does, but for its traceback in the log: anybody could fill that.
            self._break_off(CloseCode.INVALID_DATA)
            return
        super().send_receive_event_to_app()

    def _break_off(self, code: CloseCode) -> None:
        self.frames = []
        self.conn.send_close(code)
        self.handle_parser_exception()

    async def receive(self) -> ASGIReceiveEvent:
        event = await super().receive()
        if self._is_behind() and not self.transport.is_closing():
            self.transport.pause_reading()  # uvicorn's has resumed it, whatever paused it
        return event

    def handle_close(self, event: Frame) -> None:
        super().handle_close(event)
        self._end_sending()

    def handle_parser_exception(self) -> None:
        super().handle_parser_exception()
        self._end_sending()

    def eof_received(self) -> None:
        super().eof_received()
        self._end_sending()

    def shutdown(self) -> None:
        # uvicorn's would say goodbye once more to a peer that has said it, which isn't allowed.
        if not self.transport.is_closing():
            super().shutdown()

    def pause_writing(self) -> None:
        """Read nothing more from a peer that doesn't read what it is sent."""
        super().pause_writing()
        if self.connection is not None:
            self.connection.behind = True
            if not self.transport.is_closing():
                self.transport.pause_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.connection is not None:
            self.connection.behind = False
            if not self.read_paused and not self.transport.is_closing():
                self.transport.resume_reading()

    def _is_behind(self) -> bool:
        return self.connection is not None and self.connection.behind

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._heard = False
        self._end_sending()
        # No cycles: or memory, and time, would be the garbage collector's.
        self.take_text = None  # it knows the consumer, which knows this socket
        self.connection = None
        self.conn.parser.close()  # a generator that knows its own protocol

    def _end_sending(self) -> None:
        """Send no more events: nothing may follow a close, and nobody hears what would."""
        if self.connection is not None:
            self.connection.end()


def _is_utf8(parts: Sequence[bytes]) -> bool:
    try:
        b"".join(parts).decode()
    except UnicodeDecodeError:
        return False
    return True
