"""This process's live sockets, and the fan-out of an event to those of a jam.

An event is encoded once, and the events of a jam in one turn of the event loop are sent together:
system calls are most of what an event costs, and a busy jam needs half as many.
"""

import asyncio
from collections.abc import Sequence

from .connections import Connection, Frame


class _Audience:
    """The connections of a jam's users, and what they all are sent at the end of this turn."""

    __slots__ = ("connections", "newcomers", "waiting")

    def __init__(self) -> None:
        self.connections: dict[str, Connection] = {}
        self.waiting: list[Frame] = []
        #: How much of what waits was said before a connection came: that isn't for it.
        self.newcomers: dict[Connection, int] = {}

    def flush(self) -> None:
        """Send what waits."""
        if not self.waiting:
            return
        frames, self.waiting = self.waiting, []
        newcomers, self.newcomers = self.newcomers, {}
        wire = _joined(frames)
        for connection in self.connections.values():
            if not newcomers or not (said_before := newcomers.get(connection, 0)):
                connection.put(frames, wire)
            elif heard := frames[said_before:]:
                connection.put(heard, _joined(heard))

    def flush_for(self, connection: Connection) -> None:
        """Send what waits if some of it is for this connection."""
        if len(self.waiting) > self.newcomers.get(connection, 0):
            self.flush()


def _joined(frames: Sequence[Frame]) -> bytes:
    """Return frames as they go out together."""
    return frames[0].wire if len(frames) == 1 else b"".join([frame.wire for frame in frames])


class Hub:
    """The connections of this process, by jam and user."""

    def __init__(self) -> None:
        self._jams: dict[str, _Audience] = {}
        self._filled: list[_Audience] = []

    def add(self, jam_id: str, user_id: str, connection: Connection) -> Connection | None:
        """Give a user's events to this connection; return the one that had them before.

        It is sent what is said from now on, and what is for it alone after what is for everybody.
        """
        audience = self._jams.setdefault(jam_id, _Audience())
        before = audience.connections.get(user_id)
        if before is not None:
            audience.flush()  # it is the last to reach that one
        audience.connections[user_id] = connection
        if audience.waiting:
            audience.newcomers[connection] = len(audience.waiting)
        connection.before_own = audience.flush_for
        return before

    def discard(self, jam_id: str, user_id: str, connection: Connection) -> None:
        """Forget a connection, unless the user has a newer one."""
        audience = self._jams.get(jam_id)
        if audience is not None and audience.connections.get(user_id) is connection:
            audience.flush()
            connection.before_own = None
            del audience.connections[user_id]
            if not audience.connections:
                del self._jams[jam_id]

    def connection(self, jam_id: str, user_id: str) -> Connection | None:
        audience = self._jams.get(jam_id)
        return None if audience is None else audience.connections.get(user_id)

    def send(self, jam_id: str, frame: Frame, but: str | None = None) -> None:
        """Send a frame to everyone of a jam who is connected here, except the user ``but``.

        It goes out at the end of this turn of the event loop, or at once if ``but`` is connected.
        """
        audience = self._jams.get(jam_id)
        if audience is None:
            return
        if but in audience.connections:
            for user_id, connection in audience.connections.items():
                if user_id != but:
                    connection.push(frame)
            return
        if not audience.waiting:
            if not self._filled:
                asyncio.get_running_loop().call_soon(self._flush)
            self._filled.append(audience)
        audience.waiting.append(frame)

    def connections(self) -> list[Connection]:
        return [one for audience in self._jams.values() for one in audience.connections.values()]

    def _flush(self) -> None:
        filled, self._filled = self._filled, []
        for audience in filled:
            audience.flush()
