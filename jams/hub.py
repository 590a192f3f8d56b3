"""This process's live sockets, and the fan-out of an event to those of a jam.

An event is encoded once. Pushing it to a socket never waits: each connection has an outbox that
its own task empties, so a slow reader delays nobody, and is dropped when it falls too far behind.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from .messages import CloseCode, FromServer, encode

logger = logging.getLogger(__name__)

Send = Callable[[dict[str, Any]], Awaitable[None]]

#: Frames that may wait for one socket. A jam of seven that toggle as fast as they may makes 140
#: a second; somebody who is this far behind will not catch up.
OUTBOX_FRAMES = 512
#: How long one send may take before its socket counts as dead, in seconds.
SEND_SECONDS = 8.0


class Frame:
    """An event as it goes out: encoded once, whoever receives it."""

    __slots__ = ("payload", "text")

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self.text = payload.decode()

    @classmethod
    def of(cls, message: FromServer) -> "Frame":
        return cls(encode(message))


class Connection:
    """One socket, from the side that sends. ``abort`` ends it without waiting for its peer."""

    def __init__(self, send: Send, abort: Callable[[], object]) -> None:
        self._send = send
        self.abort = abort
        self._outbox: deque[dict[str, Any]] = deque()
        self._filled = asyncio.Event()
        self._sending_since: float | None = None
        self.closed = False

    def push(self, frame: Frame) -> None:
        """Send a frame soon. Does nothing on a closed connection."""
        if self.closed:
            return
        if len(self._outbox) >= OUTBOX_FRAMES:
            self.close(CloseCode.TOO_MANY)
            return
        self._outbox.append({"type": "websocket.send", "text": frame.text})
        self._filled.set()

    def push_message(self, message: FromServer) -> None:
        self.push(Frame.of(message))

    def close(self, code: CloseCode) -> None:
        """Close the socket once what waits for it has been sent."""
        if not self.closed:
            self.closed = True
            self._outbox.append({"type": "websocket.close", "code": int(code)})
            self._filled.set()

    def is_stuck(self, now: float) -> bool:
        """Tell whether the other side has read nothing for too long (``now``: monotonic)."""
        return self._sending_since is not None and now - self._sending_since > SEND_SECONDS

    async def write(self) -> None:
        """Empty the outbox, until the socket is closed; returns then, or when the peer is gone."""
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
