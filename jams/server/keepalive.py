"""Who is still there? Pings for all the connections of a worker, from one timer.

uvicorn has two timers for each connection, and pings whatever the peer says meanwhile: of 10,000
users who do nothing that was three quarters of what they cost.
"""

import asyncio
import logging
from collections import OrderedDict
from typing import Protocol

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
    """Looks at each connection once in ``period`` seconds."""

    def __init__(self, period: float) -> None:
        self._period = period
        #: When whom: the next one first. All wait equally long, so whoever comes last is last.
        self._due = OrderedDict[Watched, float]()
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._due)

    def watch(self, connection: Watched) -> None:
        """Begin to look at a connection."""
        self._due[connection] = asyncio.get_running_loop().time() + self._period
        if self._timer is None:
            self._wait(self._period)

    def forget(self, connection: Watched) -> None:
        """Look at a connection no more; does nothing if nobody did."""
        self._due.pop(connection, None)

    def _wait(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._tick)

    def _tick(self) -> None:
        now = asyncio.get_running_loop().time()
        evenly = len(self._due) * TICK_SECONDS / self._period
        self._look(now, most=max(_FEW, int(_CATCHING_UP * evenly)))
        self._timer = None
        if self._due:
            self._wait(max(_first(self._due) - now, TICK_SECONDS))

    def _look(self, now: float, most: int) -> None:
        due = self._due
        for _ in range(most):
            if not due or _first(due) > now:
                return
            connection, _ = due.popitem(last=False)
            try:
                if connection.look():
                    due[connection] = now + self._period
            except Exception:  # the others are looked at all the same
                logger.exception("A connection can't be looked at any more")


def _first(due: OrderedDict[Watched, float]) -> float:
    return next(iter(due.values()))
