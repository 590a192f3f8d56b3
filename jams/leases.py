"""Worker leases: who is alive, and what is done about those who aren't.

A user's seat is held by the worker that has its socket, and a worker's seats by its beats: each
worker raises a counter in Redis, the others time on their own clock how long it stays the same.
No clock is compared with another, so a wall clock that jumps harms nobody.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping

from redis.exceptions import RedisError

from .balancer import JamBalancer
from .committer import Committer
from .store import JamStore, StoreError
from .upkeep import Upkeep

logger = logging.getLogger(__name__)

BEAT_SECONDS = 2.0
#: How often a worker looks at the counters of the others.
WATCH_SECONDS = 1.0
#: A worker whose counter stays the same for so long is dead: five beats.
LEASE_SECONDS = 10.0
#: A watcher that didn't look for so long was itself stopped, and knows nothing about the others.
BLIND_SECONDS = 2.5 * WATCH_SECONDS
#: How often each seat of this worker is compared with the store.
AUDIT_SECONDS = 10.0
_AUDITED_TOGETHER = 16
#: A wall clock that loses so much at once was set back; what adjusts it does so in smaller steps.
_SET_BACK_SECONDS = 0.1


class Watch:
    """Times on one clock how long each counter has stayed the same."""

    def __init__(self) -> None:
        self._since: dict[str, tuple[int, float]] = {}
        self._looked: float | None = None

    def observe(self, counters: Mapping[str, int], now: float) -> set[str]:
        """Return the nodes that are dead by these counters, read ``now`` (monotonic seconds)."""
        if self._looked is not None and now - self._looked > BLIND_SECONDS:
            self._since.clear()
        self._looked = now
        self._since = {
            node: known
            if (known := self._since.get(node)) is not None and known[0] == counter
            else (counter, now)
            for node, counter in counters.items()
        }
        return {node for node, (_, since) in self._since.items() if now - since > LEASE_SECONDS}


class Leases:
    """Keeps this worker's own lease, and ends those of the dead."""

    def __init__(
        self, store: JamStore, committer: Committer, balancer: JamBalancer, upkeep: Upkeep
    ) -> None:
        self._store = store
        self._committer = committer
        self._balancer = balancer
        self._upkeep = upkeep
        self._watch = Watch()
        self._counter = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._spawn(self._beat(), "beat")
        self._spawn(self._reap(), "watch")
        self._spawn(self._audit(), "audit")
        self._spawn(self._follow_clock(), "clock")

    async def stop(self) -> None:
        """Stop beating. The node stays on the list, so that the others free what is left of it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def beat(self) -> None:
        """Show that this worker lives; if the others forgot it, or Redis all, claim its seats."""
        epoch_before = self._store.epoch
        told = await self._store.beat()
        if told.healing_ms > 0:
            self._committer.healing_until = time.monotonic() + told.healing_ms / 1000
        # It may have counted twice, if an answer was lost; less means that it was forgotten.
        forgotten = told.counter <= self._counter or told.epoch != epoch_before
        if self._counter and forgotten:
            logger.warning("This worker's seats were lost or given up; claiming them again")
            self._spawn(self._upkeep.heal(), "heal")
        self._counter = told.counter

    def _spawn(self, work: Awaitable[None], name: str) -> None:
        async def run() -> None:
            try:
                await work
            except StoreError as error:
                logger.warning("The next audit does what %s could not: %s", name, error)

        task = asyncio.create_task(run(), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _beat(self) -> None:
        await _repeat(self.beat, BEAT_SECONDS)

    async def _reap(self) -> None:
        async def look() -> None:
            counters = await self._store.counters()
            dead = self._watch.observe(counters, time.monotonic()) - {self._store.node}
            if dead:
                await self._end_leases(dead)

        await _repeat(look, WATCH_SECONDS)

    async def _end_leases(self, dead: set[str]) -> None:
        """Free the seats of dead workers, then forget them: the next one finishes what is left."""
        jams = (await self._balancer.snapshot()).jams
        await asyncio.gather(
            *(
                self._end_lease(jam_id, user_id, seat.owner)
                for jam_id, jam in jams.items()
                for user_id, seat in jam.users.items()
                if seat.owner.partition(":")[0] in dead
            )
        )
        for node in dead:
            await self._store.forget_node(node)
        logger.info("Ended the leases of %s", ", ".join(sorted(dead)))

    async def _end_lease(self, jam_id: str, user_id: str, owner: str) -> None:
        if await self._balancer.remove_user(jam_id, user_id, owner):
            self._upkeep.user_gone(jam_id, user_id, owner, lease_ended=True)

    async def _follow_clock(self) -> None:
        """See when the wall clock is set back. The clock of the leases never is."""
        ahead = time.time() - time.monotonic()
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            before, ahead = ahead, time.time() - time.monotonic()
            if ahead < before - _SET_BACK_SECONDS:
                self._upkeep.follow_clock()

    async def _audit(self) -> None:
        while True:
            jam_ids = self._upkeep.jam_ids()
            # Spread over the interval, so that no moment has all of it.
            pause = AUDIT_SECONDS / max(1, len(jam_ids) / _AUDITED_TOGETHER)
            for first in range(0, max(1, len(jam_ids)), _AUDITED_TOGETHER):
                some = jam_ids[first : first + _AUDITED_TOGETHER]
                await _survive(asyncio.gather(*map(self._upkeep.audit, some)))
                await asyncio.sleep(pause)


async def _repeat(work: Callable[[], Awaitable[None]], every: float) -> None:
    while True:
        await _survive(work())
        await asyncio.sleep(every)


async def _survive(work: Awaitable[object]) -> None:
    try:
        await work
    except (RedisError, OSError, StoreError) as error:
        logger.warning("Redis doesn't answer: %s", error)
    except Exception:
        logger.exception("A worker's routine failed; it goes on")
