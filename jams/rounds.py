"""A worker's rounds through its own jams: the audit of their seats, and a look at the clock."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from functools import partial

from .jam_ids import shard_of
from .routine import survive
from .upkeep import Upkeep

#: How often each seat of this worker is compared with the store.
AUDIT_SECONDS = 10.0
#: Jams that are looked at together: a round trip costs as much as ten of them.
_AUDITED_TOGETHER = 64
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
                shards = defaultdict[int, list[str]](list)
                for jam_id in jam_ids[first : first + _AUDITED_TOGETHER]:
                    shards[shard_of(jam_id)].append(jam_id)
                for together in shards.values():
                    audit = survive(self._upkeep.audit_many(together))
                    task = asyncio.create_task(audit, name="audit-jams")
                    self._audits |= dict.fromkeys(together, task)
                    task.add_done_callback(partial(self._audited, together))
                await asyncio.sleep(pause)

    def _audited(self, jam_ids: Sequence[str], _: asyncio.Task[None]) -> None:
        for jam_id in jam_ids:
            del self._audits[jam_id]

    async def _follow_clock(self) -> None:
        """See when the wall clock is set back. The clock of the leases never is."""
        ahead = time.time() - time.monotonic()
        while True:
            await asyncio.sleep(_CLOCK_SECONDS)
            before, ahead = ahead, time.time() - time.monotonic()
            if ahead < before - _SET_BACK_SECONDS:
                self._upkeep.follow_clock()
