"""A worker's rounds through its own jams: the audit of their seats, and a look at the clock."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

from .routine import survive
from .upkeep import Upkeep

#: How often each seat of this worker is compared with the store.
AUDIT_SECONDS = 10.0
#: Jams that are looked at together, with one question to Redis.
_AUDITED_TOGETHER = 64
_CLOCK_SECONDS = 1.0
#: A wall clock that loses so much at once was set back; what adjusts it does so in smaller steps.
_SET_BACK_SECONDS = 0.1


class Rounds:
    """Goes through the jams of this process."""

    def __init__(self, upkeep: Upkeep) -> None:
        self._upkeep = upkeep
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to look at the clock."""
        self._begin(self._follow_clock(), "clock")

    def include(self, shard: int) -> None:
        """Audit the jams of a shard from now on: one that is away keeps no other waiting."""
        self._begin(self._audit(shard), "audit")

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, routine: Coroutine[Any, Any, None], name: str) -> None:
        self._tasks.append(asyncio.create_task(routine, name=name))

    async def _audit(self, shard: int) -> None:
        while True:
            jam_ids = self._upkeep.jam_ids(shard)
            firsts = range(0, len(jam_ids), _AUDITED_TOGETHER)
            # Spread over the interval: events are delayed by one batch, not by all of them.
            pause = AUDIT_SECONDS / max(1, len(firsts))
            for first in firsts:
                together = jam_ids[first : first + _AUDITED_TOGETHER]
                began = time.monotonic()
                await survive(self._upkeep.audit_many(together))
                await asyncio.sleep(max(0.0, pause - (time.monotonic() - began)))
            if not firsts:
                await asyncio.sleep(pause)

    async def _follow_clock(self) -> None:
        """See when the wall clock is set back. The clock of the leases never is."""
        ahead = time.time() - time.monotonic()
        while True:
            await asyncio.sleep(_CLOCK_SECONDS)
            before, ahead = ahead, time.time() - time.monotonic()
            if ahead < before - _SET_BACK_SECONDS:
                self._upkeep.follow_clock()
