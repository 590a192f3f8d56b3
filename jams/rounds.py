"""A worker's rounds through its own jams: the audit of their seats, and a look at the clock."""

import asyncio
import time
from functools import partial

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
        self._audits: dict[str, asyncio.Task[None]] = {}

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._audit(), name="audit"),
            asyncio.create_task(self._follow_clock(), name="clock"),
        ]

    async def stop(self) -> None:
        tasks = [*self._tasks, *self._audits.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _audit(self) -> None:
        while True:
            # A jam whose shard is away keeps none of the others waiting.
            jam_ids = [id_ for id_ in self._upkeep.jam_ids() if id_ not in self._audits]
            # Spread over the interval, so that no moment has all of it.
            batches = range(0, max(1, len(jam_ids)), _AUDITED_TOGETHER)
            pause = AUDIT_SECONDS / len(batches)
            for first in batches:
                for jam_id in jam_ids[first : first + _AUDITED_TOGETHER]:
                    audit = survive(self._upkeep.audit(jam_id))
                    self._audits[jam_id] = task = asyncio.create_task(audit, name="audit-jam")
                    task.add_done_callback(partial(self._audited, jam_id))
                await asyncio.sleep(pause)

    def _audited(self, jam_id: str, _: asyncio.Task[None]) -> None:
        del self._audits[jam_id]

    async def _follow_clock(self) -> None:
        """See when the wall clock is set back. The clock of the leases never is."""
        ahead = time.time() - time.monotonic()
        while True:
            await asyncio.sleep(_CLOCK_SECONDS)
            before, ahead = ahead, time.time() - time.monotonic()
            if ahead < before - _SET_BACK_SECONDS:
                self._upkeep.follow_clock()
