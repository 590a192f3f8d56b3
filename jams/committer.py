"""Group commit: what a process is asked at about the same time goes to Redis together.

Ten thousand joins at once are then a few dozen round trips, not ten thousand that race each other.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from redis.exceptions import RedisError

from .planning import Operation, plan
from .store import JamStore, StaleWorker, StoreContention, StoreUnavailable

logger = logging.getLogger(__name__)

#: Operations in one commit: the script holds Redis up for about 3 ms at this size.
BATCH_SIZE = 256
#: How long a commit waits for company, in seconds: its round trips cost as much for one as for ten.
#: With half of it a join of many costs 5 to 8% more; nobody notices 2 ms on the way to a seat.
GATHER_SECONDS = 0.004
#: How often an operation is planned before its asker is told that it didn't work. Each time
#: somebody else has got through, so this many in a row are a fault, not a busy moment.
MAX_ATTEMPTS = 100
#: How long a newcomer waits for Redis, in seconds. (With one that hangs up to twice as long: what
#: has been asked of it is waited for.)
PATIENCE_SECONDS = 4.0
#: Pause after losing a race: at random up to this long, so that the racers come apart.
_CONTENTION_PAUSE_SECONDS = 0.004
_OUTAGE_PAUSE_SECONDS = (0.05, 1.0)


@dataclass(eq=False, slots=True)
class _Pending:
    operation: Operation
    done: asyncio.Future[Any]
    deadline: float | None
    attempts: int = 0

    def is_tired(self) -> bool:
        """Tell whether it has lost too many races. What must be done is never given up."""
        return self.deadline is not None and self.attempts >= MAX_ATTEMPTS


@dataclass(eq=False)
class Committer:
    """Carries out operations on a shard for this process, in the order asked for by each user.

    ``on_stale`` is awaited when the store says that this worker has to beat before it commits.
    """

    store: JamStore
    on_stale: Callable[[], Any]
    healing_until: float = 0.0
    _queue: list[_Pending] = field(default_factory=list)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    async def submit(self, operation: Operation, patience: float | None = PATIENCE_SECONDS) -> Any:
        """Return an operation's result once it is committed.

        Raises StoreContention after losing too many races, or StoreUnavailable after ``patience``
        seconds without Redis, when the try of that moment has failed; with None neither: it waits
        until it is done.
        """
        loop = asyncio.get_running_loop()
        deadline = None if patience is None else time.monotonic() + patience
        pending = _Pending(operation, loop.create_future(), deadline)
        self._queue.append(pending)
        self._arrived.set()
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._run(), name="committer")
        return await pending.done

    def is_healing(self) -> bool:
        """Tell whether jams that were lost are being rebuilt, so that newcomers have to wait."""
        return time.monotonic() < self.healing_until

    async def close(self) -> None:
        """Stop working; whoever still waits is told that the store is away."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._fail(self._queue, StoreUnavailable("this process is going"))

    async def _run(self) -> None:
        pause, longest = _OUTAGE_PAUSE_SECONDS
        while self._queue:
            if len(self._queue) < BATCH_SIZE:
                await asyncio.sleep(GATHER_SECONDS)
            self._arrived.clear()
            batch = self._next_batch()
            if not batch:
                await self._wait_while_healing()
                continue
            try:
                await self._commit(batch)
                pause = _OUTAGE_PAUSE_SECONDS[0]
            except (RedisError, OSError) as error:
                logger.warning("Redis doesn't answer: %s", error)
                self._fail(self._out_of_patience(), StoreUnavailable(str(error)))
                await asyncio.sleep(pause * random.uniform(0.5, 1.5))
                pause = min(2 * pause, longest)
            except Exception as error:
                logger.exception("A commit failed")
                self._fail(batch, error)

    async def _wait_while_healing(self) -> None:
        """Wait till newcomers may be seated again, or till there is something else to do."""
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, self.healing_until - time.monotonic())):
                await self._arrived.wait()

    def _next_batch(self) -> list[_Pending]:
        """Return what is committed next: at most one operation of each user, in order.

        Two operations of one user in a batch could be written half: each has its own jam.
        """
        self._queue = [pending for pending in self._queue if not pending.done.done()]
        healing = self.is_healing()
        batch, users = list[_Pending](), set[str]()
        for pending in self._queue:
            operation = pending.operation
            waits = not users.isdisjoint(operation.users)
            users.update(operation.users)  # what they ask for after one that waits waits as well
            if not waits and not (healing and operation.newcomer):
                batch.append(pending)
            if len(batch) == BATCH_SIZE:
                break
        return batch

    async def _commit(self, batch: list[_Pending]) -> None:
        """Carry out what can be of a batch; what isn't done afterwards is still in the queue."""
        try:
            await self._carry_out(batch)
        except StaleWorker:
            await self.on_stale()

    async def _carry_out(self, batch: list[_Pending]) -> None:
        if not self.store.epoch:
            raise StaleWorker
        operations = [pending.operation for pending in batch]
        view = await self.store.read(operations)
        planned = plan(view, operations, self.store.new_jam_id, int(time.time() * 1000))
        wanted = {write.jam_id for write in planned.writes}
        lost = wanted - (await self.store.write(planned.writes) if wanted else set())
        for pending, outcome in zip(batch, planned.outcomes, strict=True):
            if lost.isdisjoint(outcome.jams):
                _resolve(pending, outcome.result)
            else:
                pending.attempts += 1
        if lost:
            tired = [pending for pending in batch if pending.is_tired()]
            self._fail(tired, StoreContention(f"lost {MAX_ATTEMPTS} races in a row"))
            await asyncio.sleep(random.uniform(0, _CONTENTION_PAUSE_SECONDS))

    def _out_of_patience(self) -> list[_Pending]:
        now = time.monotonic()
        return [
            pending
            for pending in self._queue
            if pending.deadline is not None and now > pending.deadline
        ]

    def _fail(self, pendings: list[_Pending], error: Exception) -> None:
        for pending in pendings:
            if not pending.done.done():
                pending.done.set_exception(error)


def _resolve(pending: _Pending, result: Any) -> None:
    if not pending.done.done():  # its asker may have gone meanwhile
        pending.done.set_result(result)
