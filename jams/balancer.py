"""``JamBalancer``: the service that everyone asks about jams.

It only holds the state and passes it on; what happens is decided by ``JamCollection``, and in which
shard by ``shards.py``. Its methods raise ``StoreError`` (``StoreUnavailable``, ``StoreContention``)
if the state can't be reached.
"""

import asyncio
from collections.abc import Awaitable, Callable, Container, Mapping, Sequence
from typing import NamedTuple, TypeVar

from asgiref.sync import async_to_sync
from redis.exceptions import RedisError

from .collection import JamCollection
from .committer import Committer
from .jam import ANYWHERE, FreshJam, Jam, Placement, Seat, Standing, Wish
from .planning import Operation
from .redis_client import Client
from .shards import NoSuchShard, Shard, Shards
from .store import JamStore, StoreUnavailable
from .timeline import LoopState

T = TypeVar("T")


class Refreshed(NamedTuple):
    """A jam after it was made to agree with a worker: each user's standing, and who sits there."""

    standings: dict[str, Standing]
    jam: Jam | None

    def holder(self, user_id: str) -> str:
        """Return which connection has a user's seat in this jam; empty for none."""
        seat = self.jam.users.get(user_id) if self.jam else None
        return seat.owner if seat else ""


class JamBalancer:
    """The jams of all workers, as one process sees and changes them."""

    def __init__(self, shards: Shards) -> None:
        self._shards = shards

    async def current_jam(self) -> str:
        """Return the jam that is the most fun now, or an id for a new one. Writes nothing.

        If its shard is away, another one is asked, once: nobody waits for all of them.
        """
        first, *second = self._shards.some(2)
        try:
            return await _most_fun(first.store)
        except StoreUnavailable:
            if not second:
                raise
            return await _most_fun(second[0].store)

    async def honoured(self, wish: Wish) -> Wish:
        """Return the wish, with a jam that can be; raise NoSuchShard if a seat can't come back.

        An id of a shard that there isn't is as good as none.
        """
        if wish.jam_id and await self._shards.has(wish.jam_id):
            return wish
        if wish.loop is not None:
            raise NoSuchShard(wish.jam_id)
        return Wish(self._shards.any().store.new_jam_id())

    async def join(
        self, user_id: str, owner: str, wish: Wish = ANYWHERE, address: str = ""
    ) -> Placement:
        """Seat a user: where they sat, else where they wish, else where it is the most fun.

        All of it in the shard of the jam wished for; a wish of visitors has to be ``honoured``.
        """

        def apply(jams: JamCollection, fresh: FreshJam) -> tuple[JamCollection, Placement]:
            return jams.add_user(user_id, owner, fresh, wish, address)

        named = (wish.jam_id,) if wish.jam_id else ()
        comes_back = wish.loop is not None
        operation = Operation(apply, (user_id,), named, places=True, newcomer=not comes_back)
        shard = self._shards.of(wish.jam_id) if wish.jam_id else self._shards.any()
        placement: Placement = await shard.committer.submit(operation)
        return placement

    async def remove_user(
        self, jam_id: str, user_id: str, owner: str | None = None, *, wherever: bool = False
    ) -> bool:
        """Free a seat (only ``owner``'s, if given); tell whether it was there.

        ``wherever`` the user sits: in whatever jam of that jam's shard.
        """
        return await self.free(jam_id, user_id, owner, wherever=wherever) is not None

    async def free(
        self, jam_id: str, user_id: str, owner: str | None = None, *, wherever: bool = False
    ) -> frozenset[str] | None:
        """Free a seat; return who still has users in the jam (nodes), None if it wasn't there.

        Waits for the store as long as it takes: a seat must not be forgotten.
        """

        def apply(jams: JamCollection, _: FreshJam) -> tuple[JamCollection, frozenset[str] | None]:
            at = jams.seats.get(user_id, "") if wherever else jam_id
            after, removed = jams.remove_user(at, user_id, owner)
            jam = after.jams.get(at)
            return after, frozenset(jam.nodes() if jam else ()) if removed else None

        operation = Operation(apply, (user_id,), (jam_id,))
        committer = self._shards.of(jam_id).committer
        nodes: frozenset[str] | None = await committer.submit(operation, patience=None)
        return nodes

    async def swap_loop(self, jam_id: str, user_id: str, owner: str, loop: str) -> bool:
        """Give a user another loop of their jam; tell whether they have it now."""

        def apply(jams: JamCollection, _: FreshJam) -> tuple[JamCollection, bool]:
            return jams.swap_loop(jam_id, user_id, owner, loop)

        committer = self._shards.of(jam_id).committer
        swapped: bool = await committer.submit(Operation(apply, (user_id,), (jam_id,)))
        return swapped

    async def refresh(
        self, jam_id: str, present: Mapping[str, Seat], kit: str, owners: Container[str]
    ) -> Refreshed:
        """Make a jam agree with what this worker says of its own users in it.

        ``owners`` are all connections of this worker that hold a seat or are about to: a seat of
        this worker that belongs to none of them is a ghost. It is freed, and never claimed.
        """
        shard = self._shards.of(jam_id)
        mine = f"{shard.store.node}:"

        def is_ghost(user_id: str, seat: Seat) -> bool:
            return seat.owner.startswith(mine) and seat.owner not in owners

        def apply(jams: JamCollection, fresh: FreshJam) -> tuple[JamCollection, Refreshed]:
            claims = {user_id: seat for user_id, seat in present.items() if seat.owner in owners}
            after, standings = jams.refresh(jam_id, claims, kit, fresh, is_ghost)
            return after, Refreshed(standings, after.jams.get(jam_id))

        refreshed: Refreshed = await shard.committer.submit(
            Operation(apply, tuple(present), (jam_id,))
        )
        return refreshed

    def is_rebuilding(self, jam_id: str) -> bool:
        """Tell whether jams that Redis has lost, of the shard of this one, are being rebuilt.

        Some users may be missing then.
        """
        return self._shards.of(jam_id).committer.is_healing()

    async def jams(self, jam_ids: Sequence[str]) -> dict[str, Jam]:
        """Return those of these jams that there are; all are of one shard."""
        return await _ask(self._shards.of(jam_ids[0]).store.jams(jam_ids))

    async def jams_of_shard(self, number: int) -> dict[str, Jam]:
        """Return all jams of a shard."""
        return await _ask(self._shards[number].store.all_jams())

    async def snapshot(self) -> JamCollection:
        """Return all jams, of all shards. Reads everything: for staff, not for visitors."""
        jams = dict[str, Jam]()
        for shard in self._shards:
            jams |= await _ask(shard.store.all_jams())
        # In a thread: with 100,000 jams it takes a third of a second.
        return await asyncio.to_thread(JamCollection.new, jams, self._shards[0].store.address_limit)

    async def states(self, jam_id: str) -> dict[str, LoopState]:
        """Return what the users of a jam play."""
        return await _ask(self._shards.of(jam_id).store.states(jam_id))

    async def jam_with_states(self, jam_id: str) -> tuple[Jam | None, dict[str, LoopState]]:
        """Return a jam, None if there is none, and what its users play."""
        return await _ask(self._shards.of(jam_id).store.jam_with_states(jam_id))

    async def add_shard(self) -> int:
        """Have another shard; return how many there are then. Raises TooManyShards."""
        return await _ask(self._shards[0].store.add_shard())


class SyncJamBalancer:
    """The balancer for code that isn't async and no worker: admin and commands. It seats nobody.

    Each call opens a connection of its own and closes it, so it belongs to no event loop.
    """

    def __init__(self, connect: Callable[[], Client]) -> None:
        self._connect = connect

    def snapshot(self) -> JamCollection:
        return self.call(JamBalancer.snapshot)

    def add_shard(self) -> int:
        return self.call(JamBalancer.add_shard)

    def call(self, ask: Callable[[JamBalancer], Awaitable[T]]) -> T:
        """Ask an async balancer, and wait for the answer."""

        async def call() -> T:
            redis = self._connect()

            async def take_part(number: int) -> Shard:
                store = JamStore(redis, shard=number)
                return Shard(store, Committer(store, _no_worker))

            shards = Shards(take_part)
            try:
                await shards.look()
                return await ask(JamBalancer(shards))
            finally:
                for shard in shards:
                    await shard.committer.close()
                await redis.aclose()

        return async_to_sync(call)()


async def _most_fun(store: JamStore) -> str:
    found = await _ask(store.open_jams(1))
    return found[0] if found else store.new_jam_id()


async def _no_worker() -> None:
    """A seat that is freed past its worker is claimed again: see ``jams.admin.live_service``."""
    raise NotImplementedError("Only workers change who sits where.")


async def _ask(answer: Awaitable[T]) -> T:
    try:
        return await answer
    except (RedisError, OSError) as error:
        raise StoreUnavailable(str(error)) from error
