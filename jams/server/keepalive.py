"""Who is still there? Pings for all the connections of a worker, from one timer.

uvicorn has two timers for each connection, and pings whatever the peer says meanwhile: of 10,000
users who do nothing that was three quarters of what they cost.
"""

import asyncio
from collections import OrderedDict
from typing import Protocol

#: Connections are looked at together whose time has come within so long, in seconds: the event loop
#: wakes up for many instead of for each, and their answers come together as well. Not longer, for
#: an event waits until all of them are done.
BEAT_SECONDS = 0.02


class Watched(Protocol):
    """A connection whose peer may be gone without a word."""

    def look(self) -> bool:
        """Ask a silent peer for a sign of life, or close; tell whether to come again."""


class Keepalive:
    """Looks at each connection once in ``period`` seconds."""

    def __init__(self, period: float) -> None:
        self._period = period
        #: When whom: the next one first. All wait equally long, so whoever comes last is last.
        self._due = OrderedDict[Watched, float]()
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, connection: Watched) -> None:
        """Begin to look at a connection."""
        loop = asyncio.get_running_loop()
        self._due[connection] = loop.time() + self._period
        if self._timer is None:
            self._timer = loop.call_later(self._period, self._look)

    def forget(self, connection: Watched) -> None:
        """Look at a connection no more; does nothing if nobody did."""
        self._due.pop(connection, None)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        due, now = self._due, loop.time()
        while due and _first(due) <= now:
            connection, _ = due.popitem(last=False)
            if connection.look():
                due[connection] = now + self._period
        wait = max(_first(due) - now, BEAT_SECONDS) if due else 0.0
        self._timer = loop.call_later(wait, self._look) if due else None


def _first(due: OrderedDict[Watched, float]) -> float:
    return next(iter(due.values()))
