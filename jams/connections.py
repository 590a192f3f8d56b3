"""The sending side of a socket, and what is sent.

Sending never waits for the peer, so a slow reader delays nobody; it is dropped when it falls too
far behind. There are two ways out: a server that offers a ``DirectSocket`` gets the frames' bytes
(production: ``jams/server/protocol.py``); on any other one a task of the connection's own sends
ASGI messages.
"""

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from .messages import CloseCode, FromServer, encode

logger = logging.getLogger(__name__)

Send = Callable[[dict[str, Any]], Awaitable[None]]
#: Takes a text message, and tells whether it did.
TakeText = Callable[[bytes], bool]

#: Frames that may wait for one socket, and their bytes on a direct one. A jam of seven that toggle
#: as fast as they may makes 140 a second, of 60 bytes; somebody who is this far behind will not
#: catch up.
OUTBOX_FRAMES = 512
OUTBOX_BYTES = 128 * 1024
#: How long a socket may take nothing before it counts as dead, in seconds.
SEND_SECONDS = 6.0

#: Where a server that has one offers its ``DirectSocket``, in the scope's extensions.
DIRECT_SOCKET = "jams.direct_socket"


class DirectSocket(Protocol):
    """What a server may offer beside ASGI's messages: the transport below them, and a short cut.

    ``take_text`` is called with each text message, and tells whether it took it; what it leaves
    comes by ASGI's ``receive``, and then everything else as well until that is received. What it
    leaves it may be asked about once more. ``connection`` is ended when the transport is lost or
    about to close, and told whether it is ``behind``.
    """

    transport: asyncio.Transport
    take_text: TakeText | None
    connection: "DirectConnection | None"


class Frame:
    """An event as it goes out: encoded once, whoever receives it."""

    __slots__ = ("_text", "payload", "wire")

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        #: The event for a ``DirectSocket``.
        self.wire = _wire(payload)
        self._text = ""

    @classmethod
    def of(cls, message: FromServer) -> "Frame":
        return cls(encode(message))

    @property
    def text(self) -> str:
        """The event for an ASGI message."""
        if not self._text:
            self._text = self.payload.decode()
        return self._text


def _wire(payload: bytes) -> bytes:
    """Return a server's WebSocket frame: final, text, unmasked (RFC 6455, section 5.2)."""
    size = len(payload)
    if size < 126:
        return b"\x81%c%b" % (size, payload)
    if size < 65536:
        return b"\x81\x7e%b%b" % (size.to_bytes(2, "big"), payload)
    return b"\x81\x7f%b%b" % (size.to_bytes(8, "big"), payload)


class Connection(ABC):
    """One socket, from the side that sends."""

    __slots__ = ("before_own", "closed")

    def __init__(self) -> None:
        self.closed = False
        #: Sends what waits for this socket elsewhere, before anything that is for it alone.
        self.before_own: Callable[[Connection], None] | None = None

    def push(self, frame: Frame) -> None:
        """Send a frame for this socket alone. Does nothing on a closed connection."""
        self._flush()
        self.put((frame,), frame.wire)

    def push_message(self, message: FromServer) -> None:
        self.push(Frame.of(message))

    def close(self, code: CloseCode) -> None:
        """Close the socket once everything before has been sent."""
        if not self.closed:
            self._flush()
            self.closed = True
            self._close(code)

    def _flush(self) -> None:
        if self.before_own is not None:
            self.before_own(self)

    @abstractmethod
    def open(self) -> None:
        """Begin to send: the socket is accepted."""

    @abstractmethod
    def take_texts(self, take: TakeText) -> None:
        """Have text messages come by a call where the server can do that, until it is closed."""

    @abstractmethod
    def put(self, frames: Sequence[Frame], wire: bytes) -> None:
        """Send frames soon; ``wire`` is all of them as they go out. Ignored if it is closed."""

    @abstractmethod
    def end(self) -> None:
        """Stop sending: the socket is gone."""

    @abstractmethod
    def is_stuck(self, now: float) -> bool:
        """Tell whether something has waited to be sent for too long (``now``: monotonic)."""

    @abstractmethod
    def abort(self) -> None:
        """End the socket without waiting for the other side."""

    @abstractmethod
    def _close(self, code: CloseCode) -> None:
        """Have the server close the socket, after what has been put."""


class QueuedConnection(Connection):
    """A socket of any ASGI server: frames wait in an outbox, which a task of its own empties."""

    __slots__ = ("_abort", "_filled", "_outbox", "_send", "_sending_since", "_writer")

    def __init__(self, send: Send, abort: Callable[[], object]) -> None:
        super().__init__()
        self._send = send
        self._abort = abort
        self._outbox: deque[dict[str, Any]] = deque()
        self._filled = asyncio.Event()
        self._sending_since: float | None = None
        self._writer: asyncio.Task[None] | None = None

    def open(self) -> None:
        self._writer = asyncio.create_task(self._write(), name="writer")

    def take_texts(self, take: TakeText) -> None:
        """Nothing: they come by ASGI's ``receive``."""

    def put(self, frames: Sequence[Frame], wire: bytes) -> None:
        if self.closed:
            return
        if len(self._outbox) + len(frames) > OUTBOX_FRAMES:
            self.close(CloseCode.TOO_MANY)
            return
        self._outbox.extend({"type": "websocket.send", "text": frame.text} for frame in frames)
        self._filled.set()

    def end(self) -> None:
        self.closed = True
        if self._writer is not None:
            self._writer.cancel()

    def is_stuck(self, now: float) -> bool:
        return self._sending_since is not None and now - self._sending_since > SEND_SECONDS

    def abort(self) -> None:
        self._abort()

    def _close(self, code: CloseCode) -> None:
        self._outbox.append({"type": "websocket.close", "code": int(code)})
        self._filled.set()

    async def _write(self) -> None:
        """Empty the outbox, until the socket is closed; return then, or when the peer is gone."""
        while True:
            await self._filled.wait()
            self._filled.clear()
            while self._outbox:
                event = self._outbox.popleft()
                self._sending_since = time.monotonic()
                try:
                    await self._send(event)
                except Exception as error:
                    # Each server has its own exception for a peer that has gone.
                    logger.debug("The peer has gone: %r", error)
                    self.closed = True
                    return
                finally:
                    self._sending_since = None
                if event["type"] == "websocket.close":
                    return


class DirectConnection(Connection):
    """A socket of a server that offers a ``DirectSocket``: the bytes go to the transport below.

    The transport keeps what can't be sent yet, so there is no outbox and no task.
    """

    __slots__ = ("_behind_since", "_closing", "_send", "_socket", "_transport", "behind")

    def __init__(self, send: Send, socket: DirectSocket) -> None:
        super().__init__()
        #: Whether anything waits in the transport, for the peer doesn't read as fast as it should.
        self.behind = False
        self._send = send
        self._socket = socket
        self._transport = socket.transport
        self._behind_since: float | None = None
        self._closing: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Hear from now on when something waits in the transport. No task begins."""
        self._socket.connection = self
        self._transport.set_write_buffer_limits(high=0)
        # A page before, on the same connection, may not have been read yet: that was told before.
        self.behind = self._transport.get_write_buffer_size() > 0

    def take_texts(self, take: TakeText) -> None:
        if not self.closed:
            self._socket.take_text = take

    def put(self, frames: Sequence[Frame], wire: bytes) -> None:
        if self.closed:
            return
        if self.behind and self._transport.get_write_buffer_size() > OUTBOX_BYTES:
            self.closed = True
            self._transport.abort()  # a close frame would only wait behind all the others
        else:
            self._transport.write(wire)

    def end(self) -> None:
        self.closed = True

    def is_stuck(self, now: float) -> bool:
        if not self.behind:
            self._behind_since = None
        elif self._behind_since is None:
            self._behind_since = now
        return self._behind_since is not None and now - self._behind_since > SEND_SECONDS

    def abort(self) -> None:
        self._transport.abort()

    def _close(self, code: CloseCode) -> None:
        self._closing = asyncio.create_task(self._send_close(code), name="close")

    async def _send_close(self, code: CloseCode) -> None:
        """Let the server close: it knows the closing handshake."""
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._send({"type": "websocket.close", "code": int(code)})
        except Exception as error:
            logger.debug("The peer has gone, or reads nothing: %r", error)
            self.abort()


def connection_of(scope: Mapping[str, Any], send: Send) -> Connection:
    """Return the connection of the socket that this task serves, the direct one if it offers it."""
    socket: DirectSocket | None = scope.get("extensions", {}).get(DIRECT_SOCKET)
    if socket is not None:
        return DirectConnection(send, socket)
    task = asyncio.current_task()
    assert task is not None
    return QueuedConnection(send, task.cancel)
