"""This process's live sockets, and the fan-out of an event to those of a jam.

An event is encoded once, and the events of a jam in one turn of the event loop are sent together:
system calls are most of what an event costs, and a busy jam needs half as many.
"""

import asyncio

from .connections import Connection, Frame


class _Audience:
    """The connections of a jam's users, and what they all are sent at the end of this turn."""

    __slots__ = ("connections", "waiting")

    def __init__(self) -> None:
        self.connections: dict[str, Connection] = {}
        self.waiting: list[Frame] = []

    def flush(self) -> None:
        """Send what waits."""
        if not self.waiting:
            return
        frames, self.waiting = self.waiting, []
        wire = frames[0].wire if len(frames) == 1 else b"".join([frame.wire for frame in frames])
        for connection in self.connections.values():
            connection.put(frames, wire)


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
        audience.flush()
        before = audience.connections.get(user_id)
        audience.connections[user_id] = connection
        connection.before_own = audience.flush
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
        """Send a frame to everyone of a jam who is connected here, except the user ``but``."""
        audience = self._jams.get(jam_id)
        if audience is None:
            return
        if but is not None:
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
