"""Who is still there? Pings for all the connections of a worker, from one timer.

uvicorn has two timers for each connection, and pings whatever the peer says meanwhile: of 10,000
users who do nothing that was three quarters of what they cost.
"""

import asyncio
import logging
from collections import deque
from typing import Protocol
from weakref import ref

logger = logging.getLogger(__name__)

#: Connections are looked at together whose time has come within so long, in seconds: the event loop
#: wakes up for many instead of for each, and their answers come together as well. Not longer, for
#: an event waits until all of them are done.
TICK_SECONDS = 0.02
#: How many at most in one tick: so many, or so many times as many as if they came evenly.
#: Otherwise connections that came together, or whose time passed while the worker stood still,
#: would be looked at together for good.
_FEW = 64
_CATCHING_UP = 4


class Watched(Protocol):
    """A connection whose peer may be gone without a word."""

    def look(self) -> bool:
        """Ask a silent peer for a sign of life, or close; tell whether to come again."""


class Keepalive:
    """Looks at each connection once in ``period`` seconds, until it is closed or gone."""

    def __init__(self, period: float) -> None:
        self._period = period
        #: When whom: the next one first. All wait equally long, so whoever comes last is last. A
        #: weak reference: who is gone leaves no more than it until their time comes.
        self._due = deque[tuple[float, ref[Watched]]]()
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, connection: Watched) -> None:
        """Begin to look at a connection."""
        self._due.append((asyncio.get_running_loop().time() + self._period, ref(connection)))
        if self._timer is None:
            self._wait(self._period)

    def _wait(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._tick)

    def _tick(self) -> None:
        now = asyncio.get_running_loop().time()
        evenly = len(self._due) * TICK_SECONDS / self._period
        self._look(now, most=max(_FEW, int(_CATCHING_UP * evenly)))
        self._timer = None
        if self._due:
            self._wait(max(self._due[0][0] - now, TICK_SECONDS))

    def _look(self, now: float, most: int) -> None:
        due, next_time = self._due, now + self._period
        for _ in range(most):
            if not due or due[0][0] > now:
                return
            _, watched = due.popleft()
            connection = watched()
            try:
                if connection is not None and connection.look():
                    due.append((next_time, watched))
            except Exception:  # the others are looked at all the same
                logger.exception("A connection can't be looked at any more")
