"""A worker's rounds through its own jams: the audit of their seats, and a look at the clock."""

import asyncio
import time

from .routine import survive
from .upkeep import Upkeep

#: How often each seat of this worker is compared with the store.
AUDIT_SECONDS = 10.0
_AUDITED_TOGETHER = 16
_CLOCK_SECONDS = 1.0
#: A wall clock that loses so much at once was set back; what adjusts it does so in smaller steps.
_SET_BACK_SECONDS = 0.1


class Rounds:
    """Goes through the jams of this process, of whatever shard."""

    def __init__(self, upkeep: Upkeep) -> None:
        self._upkeep = upkeep
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._audit(), name="audit"),
            asyncio.create_task(self._follow_clock(), name="clock"),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _audit(self) -> None:
        while True:
            jam_ids = self._upkeep.jam_ids()
            # Spread over the interval, so that no moment has all of it.
            pause = AUDIT_SECONDS / max(1, len(jam_ids) / _AUDITED_TOGETHER)
            for first in range(0, max(1, len(jam_ids)), _AUDITED_TOGETHER):
                some = jam_ids[first : first + _AUDITED_TOGETHER]
                await survive(asyncio.gather(*map(self._upkeep.audit, some)))
                await asyncio.sleep(pause)

    async def _follow_clock(self) -> None:
        """See when the wall clock is set back. The clock of the leases never is."""
        ahead = time.time() - time.monotonic()
        while True:
            await asyncio.sleep(_CLOCK_SECONDS)
            before, ahead = ahead, time.time() - time.monotonic()
            if ahead < before - _SET_BACK_SECONDS:
                self._upkeep.follow_clock()
