"""This process's live sockets, and the fan-out of an event to those of a jam.

An event is encoded once. Pushing it to a socket never waits for its peer, so a slow reader delays
nobody; it is dropped when it falls too far behind. There are two ways out: a server that offers a
``DirectSocket`` gets the frame's bytes (production: ``jams/server/protocol.py``); on any other one
a task of the connection's own sends ASGI messages.
"""

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from .messages import CloseCode, FromServer, encode

logger = logging.getLogger(__name__)

Send = Callable[[dict[str, Any]], Awaitable[None]]

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
    """What a server may offer beside ASGI's messages.

    ``take_text`` is called with each text message, and tells whether it took it; what it leaves
    comes by ASGI's ``receive``, and then everything else as well until that is received.
    """

    take_text: Callable[[bytes], bool] | None

    def write(self, frame: bytes) -> None:
        """Send an encoded frame in this turn of the event loop, before anything asked for later.

        Does nothing on a socket that is closing; ends one that is ``OUTBOX_BYTES`` behind.
        """

    def unsent_bytes(self) -> int:
        """Return how much waits in this process for the peer to read."""

    def abort(self) -> None:
        """End the connection at once, without waiting for its peer."""


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

    closed = False

    @abstractmethod
    def open(self) -> None:
        """Begin to send: the socket is accepted."""

    @abstractmethod
    def push(self, frame: Frame) -> None:
        """Send a frame soon. Does nothing on a closed connection."""

    def push_message(self, message: FromServer) -> None:
        self.push(Frame.of(message))

    @abstractmethod
    def close(self, code: CloseCode) -> None:
        """Close the socket once what was pushed has been sent."""

    @abstractmethod
    def end(self) -> None:
        """Stop sending: the socket is gone."""

    @abstractmethod
    def is_stuck(self, now: float) -> bool:
        """Tell whether the other side has read nothing for too long (``now``: monotonic)."""

    @abstractmethod
    def abort(self) -> None:
        """End the socket without waiting for the other side."""


class QueuedConnection(Connection):
    """A socket of any ASGI server: frames wait in an outbox, which a task of its own empties."""

    def __init__(self, send: Send, abort: Callable[[], object]) -> None:
        self._send = send
        self._abort = abort
        self._outbox: deque[dict[str, Any]] = deque()
        self._filled = asyncio.Event()
        self._sending_since: float | None = None
        self._writer: asyncio.Task[None] | None = None

    def open(self) -> None:
        self._writer = asyncio.create_task(self._write(), name="writer")

    def push(self, frame: Frame) -> None:
        if self.closed:
            return
        if len(self._outbox) >= OUTBOX_FRAMES:
            self.close(CloseCode.TOO_MANY)
            return
        self._outbox.append({"type": "websocket.send", "text": frame.text})
        self._filled.set()

    def close(self, code: CloseCode) -> None:
        if not self.closed:
            self.closed = True
            self._outbox.append({"type": "websocket.close", "code": int(code)})
            self._filled.set()

    def end(self) -> None:
        self.closed = True
        if self._writer is not None:
            self._writer.cancel()

    def is_stuck(self, now: float) -> bool:
        return self._sending_since is not None and now - self._sending_since > SEND_SECONDS

    def abort(self) -> None:
        self._abort()

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
    """A socket of a server that offers a ``DirectSocket``: it takes the frames as they are.

    The server's transport keeps what can't be sent yet, so there is no outbox and no task.
    """

    def __init__(self, send: Send, socket: DirectSocket) -> None:
        self._send = send
        self._socket = socket
        self._write = socket.write
        self._behind_since: float | None = None
        self._closing: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Nothing begins: there is no task."""

    def push(self, frame: Frame) -> None:
        if not self.closed:
            self._write(frame.wire)

    def close(self, code: CloseCode) -> None:
        if not self.closed:
            self.closed = True
            self._closing = asyncio.create_task(self._close(code), name="close")

    def end(self) -> None:
        self.closed = True

    def is_stuck(self, now: float) -> bool:
        if not self._socket.unsent_bytes():
            self._behind_since = None
        elif self._behind_since is None:
            self._behind_since = now
        return self._behind_since is not None and now - self._behind_since > SEND_SECONDS

    def abort(self) -> None:
        self._socket.abort()

    async def _close(self, code: CloseCode) -> None:
        """Let the server close: it knows the closing handshake."""
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._send({"type": "websocket.close", "code": int(code)})
        except Exception as error:
            logger.debug("The peer has gone, or reads nothing: %r", error)
            self.abort()


class Hub:
    """The connections of this process, by jam and user."""

    def __init__(self) -> None:
        self._jams: dict[str, dict[str, Connection]] = {}

    def add(self, jam_id: str, user_id: str, connection: Connection) -> Connection | None:
        """Give a user's events to this connection; return the one that had them before."""
        users = self._jams.setdefault(jam_id, {})
        before = users.get(user_id)
        users[user_id] = connection
        return before

    def discard(self, jam_id: str, user_id: str, connection: Connection) -> None:
        """Forget a connection, unless the user has a newer one."""
        users = self._jams.get(jam_id, {})
        if users.get(user_id) is connection:
            del users[user_id]
            if not users:
                del self._jams[jam_id]

    def connection(self, jam_id: str, user_id: str) -> Connection | None:
        return self._jams.get(jam_id, {}).get(user_id)

    def send(self, jam_id: str, frame: Frame, but: str | None = None) -> None:
        """Push a frame to everyone of a jam who is connected here, except the user ``but``."""
        for user_id, connection in self._jams.get(jam_id, {}).items():
            if user_id != but:
                connection.push(frame)

    def everyone(self) -> Mapping[str, Mapping[str, Connection]]:
        return self._jams

    def connections(self) -> list[Connection]:
        return [connection for users in self._jams.values() for connection in users.values()]
