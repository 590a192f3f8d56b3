"""The shards that the collection lives in, and how one is chosen.

A shard is a whole collection of its own, in keys that share a tag (``{s1}jams``, ``{s1}open``), so
that each may be on another node of a Redis Cluster. There is one until ``manage.py add_shard``.

- A **newcomer**'s is chosen at random when the page is made, which then suggests the jam of it that
  is the most fun (``any``).
- A **jam** is in the shard that its id names (``of``), and its users stay there: a token is for a
  jam, and who finds that one full gets a seat of the same shard. So nobody is in two shards.
- **How many** there are is kept in Redis, and never gets less. A worker hears of it at its beats,
  and takes part in a new shard before it counts that as one there is. An id of a shard that it
  doesn't know makes it ask at once (``has``).
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from typing import NamedTuple

from redis.exceptions import RedisError

from .committer import Committer
from .jam_ids import MOST_SHARDS, shard_of
from .store import JamStore, StoreUnavailable


class NoSuchShard(Exception):
    """A seat was to come back in a shard that there isn't."""


class Shard(NamedTuple):
    """One of the collections: where it is kept, and this process's way to change it."""

    store: JamStore
    committer: Committer

    @property
    def number(self) -> int:
        return self.store.shard


class Shards:
    """The shards that this process knows: none before it has looked.

    ``take_part`` returns the shard of a number, once the process takes part in it.
    """

    def __init__(self, take_part: Callable[[int], Awaitable[Shard]]) -> None:
        self._take_part = take_part
        self._known: dict[int, Shard] = {}
        self._looking: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._known)

    def count(self) -> int:
        """Return how many there are for sure, those included that are away."""
        return max(self._known, default=-1) + 1

    def __iter__(self) -> Iterator[Shard]:
        return iter(list(self._known.values()))

    def __getitem__(self, number: int) -> Shard:
        return self._known[number]

    def any(self) -> Shard:
        """Return a newcomer's shard."""
        return self.some(1)[0]

    def some(self, count: int) -> list[Shard]:
        """Return shards chosen at random, not more than there are."""
        return random.sample(list(self._known.values()), min(count, len(self._known)))

    def of(self, jam_id: str) -> Shard:
        """Return the shard that a jam is in. (Nothing is found there of a jam that can't be.)"""
        return self._known.get(shard_of(jam_id)) or self._known[0]

    async def has(self, jam_id: str) -> bool:
        """Tell whether there is the shard that an id names; raise StoreUnavailable."""
        number = shard_of(jam_id)
        if number not in self._known and number < MOST_SHARDS:
            await self.look()
        return number in self._known

    async def look(self) -> None:
        """Ask Redis how many shards there are, and take part in those that are new.

        Whoever asks meanwhile gets the same answer. Raises StoreUnavailable if one of them is away,
        which keeps this process from none of the others.
        """
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(), name="look-for-shards")
        try:
            await asyncio.shield(self._looking)
        except (RedisError, OSError) as error:
            raise StoreUnavailable(str(error)) from error

    async def stop(self) -> None:
        """Look for no more of them."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _look(self) -> None:
        await self._enter(0)
        count = await self._known[0].store.count_shards()
        entered = await asyncio.gather(*map(self._enter, range(count)), return_exceptions=True)
        for error in filter(None, entered):
            raise error

    async def _enter(self, number: int) -> None:
        if number not in self._known:
            self._known[number] = await self._take_part(number)
