"""Worker leases in a shard: who is alive, and what is done about those who aren't.

A user's seat is held by the worker that has its socket, and a worker's seats by its beats: each
worker raises a counter in Redis, the others time on their own clock how long it stays the same.
No wall clock is used for that, so one that jumps harms nobody. But the music goes by it: so a beat
also tells whether this machine's agrees with that of Redis, as those of all workers should.
"""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Mapping

from .clock import ahead_ms, now_ms
from .routine import repeat, survive
from .shards import Shard, Shards
from .store import HEALING_MS
from .upkeep import Upkeep

logger = logging.getLogger(__name__)

BEAT_SECONDS = 2.0
#: How often a worker looks at the counters of the others.
WATCH_SECONDS = 1.0
#: A worker whose counter stays the same for so long is dead: five beats.
LEASE_SECONDS = 10.0
#: A watcher that didn't look for so long was itself stopped, and knows nothing about the others.
BLIND_SECONDS = 2.5 * WATCH_SECONDS
#: Who can't beat doesn't judge: a Redis that answers and writes nothing lets nobody else beat.
MUTE_SECONDS = 2 * BEAT_SECONDS
#: How far clocks may be apart, in ms: what one hears as out of time. NTP keeps them within a few.
SKEW_MS = 30.0


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
    """Keeps this worker's own lease of a shard, and ends those of the dead."""

    def __init__(self, shard: Shard, shards: Shards, upkeep: Upkeep) -> None:
        self._shard = shard
        self._shards = shards
        self._upkeep = upkeep
        self._watch = Watch()
        self._counter = 0
        self._beaten = -math.inf
        self._skewed = False
        #: Seats were lost, and have not all been claimed again.
        self._lost = False
        self._healing: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Go on beating and watching."""
        self._spawn(repeat(self.beat, BEAT_SECONDS), "beat")
        self._spawn(repeat(self._reap, WATCH_SECONDS), "watch")

    async def stop(self) -> None:
        """Stop beating. The node stays on the list, so that the others free what is left of it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def beat(self) -> None:
        """Show that this worker lives; if the others forgot it, or Redis all, claim its seats."""
        store, committer = self._shard
        epoch_before = store.epoch
        asked = now_ms()
        told = await store.beat(self._shards.count())
        self._compare_clocks(ahead_ms(told.redis_ms, asked, now_ms()))
        self._beaten = time.monotonic()
        lost = bool(epoch_before) and told.epoch != epoch_before
        healing_ms = HEALING_MS if lost else told.healing_ms
        if healing_ms > 0:
            committer.healing_until = time.monotonic() + healing_ms / 1000
        # It may have counted twice, if an answer was lost; less means that it was forgotten.
        forgotten = told.counter <= self._counter or told.epoch != epoch_before
        if self._counter and forgotten:
            text = "This worker's seats in shard %d were lost or given up; claiming them again"
            logger.warning(text, store.shard)
            self._lost = True
        if self._lost and (self._healing is None or self._healing.done()):
            self._healing = self._spawn(self._heal(), "heal")
        self._counter = told.counter
        if told.shards > len(self._shards):
            self._spawn(self._shards.look(), "look for shards")

    def _compare_clocks(self, redis_ahead_ms: float) -> None:
        """Say so, once, when the clocks begin to disagree, and when they agree again."""
        skewed = abs(redis_ahead_ms) > SKEW_MS
        if skewed and not self._skewed:
            logger.error(
                "The clock of Redis is %.0f ms ahead of this worker's. Users of two machines whose "
                "clocks disagree don't hear each other in time",
                redis_ahead_ms,
            )
        elif self._skewed and not skewed:
            logger.warning("This worker's clock agrees with that of Redis again")
        self._skewed = skewed

    async def _heal(self) -> None:
        """Claim what was lost; what fails is tried again at the next beat."""
        self._lost = False
        try:
            await self._upkeep.heal(self._shard.store.shard)
        except BaseException:
            self._lost = True
            raise

    def _spawn(self, work: Awaitable[None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(survive(work), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _reap(self) -> None:
        if time.monotonic() - self._beaten > MUTE_SECONDS:
            self._watch = Watch()
            return
        store = self._shard.store
        dead = self._watch.observe(await store.counters(), time.monotonic()) - {store.node}
        if dead:
            await self._end_leases(dead)

    async def _end_leases(self, dead: set[str]) -> None:
        """Free the seats of dead workers, then forget them: the next one finishes what is left."""
        store = self._shard.store
        jams = await store.all_jams()
        await asyncio.gather(
            *(
                self._upkeep.free(jam_id, user_id, seat.owner, lease_ended=True)
                for jam_id, jam in jams.items()
                for user_id, seat in jam.users.items()
                if seat.node in dead
            )
        )
        for node in dead:
            await store.forget_node(node)
        logger.info("Ended the leases of %s", ", ".join(sorted(dead)))
