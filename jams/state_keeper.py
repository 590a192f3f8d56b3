"""Keeps what users play in Redis, a little later and together: for those who come afterwards.

The users of a jam hear of a change by its event at once; the copy in Redis is for a process that
meets the jam for the first time, so it may be some milliseconds behind, but no change costs a
round trip of its own.
"""

import asyncio
import logging

from redis.exceptions import RedisError

from .shards import Shard, Shards
from .timeline import LoopState

logger = logging.getLogger(__name__)

#: How far behind the copy may be, in seconds. A process that meets a jam hears of what happened
#: meanwhile from the others themselves, and those of a worker that was killed lose no more than
#: this; each writing costs as much as delivering 50 events.
_DELAY_SECONDS = 0.1
_RETRY_SECONDS = 1.0

_States = dict[tuple[str, str], LoopState]


class StateKeeper:
    """Writes states behind, the latest of each user only."""

    def __init__(self, shards: Shards) -> None:
        self._shards = shards
        self._waiting: _States = {}
        self._task: asyncio.Task[None] | None = None

    def keep(self, jam_id: str, user_id: str, state: LoopState) -> None:
        """Keep what a user plays soon."""
        self._waiting[jam_id, user_id] = state
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._write(), name="state-keeper")

    async def stop(self) -> None:
        """Write what still waits, once."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._write_now()

    async def _write(self) -> None:
        delay = _DELAY_SECONDS
        while self._waiting:
            await asyncio.sleep(delay)
            delay = _DELAY_SECONDS if await self._write_now() else _RETRY_SECONDS

    async def _write_now(self) -> bool:
        """Write what waits, to each shard what is for it; tell whether all of it was kept."""
        states, self._waiting = self._waiting, {}
        try:
            if len(self._shards) == 1:  # a task for it would cost half as much as the rest
                return await self._write_to(self._shards[0], states)
            parts = self._by_shard(states).items()
            return all(await asyncio.gather(*(self._write_to(*part) for part in parts)))
        except BaseException:
            self._waiting = states | self._waiting
            raise

    def _by_shard(self, states: _States) -> dict[Shard, _States]:
        parts = dict[Shard, _States]()
        for key, state in states.items():
            parts.setdefault(self._shards.of(key[0]), {})[key] = state
        return parts

    async def _write_to(self, shard: Shard, states: _States) -> bool:
        try:
            await shard.store.keep_states((*key, state) for key, state in states.items())
        except (RedisError, OSError) as error:
            self._waiting = states | self._waiting
            logger.warning("States are kept later: %s", error)
            return False
        return True
