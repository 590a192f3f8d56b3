"""``JamBalancer``: the service that everyone asks about jams.

It only holds the state and passes it on; what happens is decided by ``JamCollection``. Its methods
raise ``StoreError`` (``StoreUnavailable``, ``StoreContention``) if the state can't be reached.
"""

import secrets
from collections.abc import Awaitable, Callable, Container, Mapping
from functools import partial
from typing import NamedTuple, TypeVar

from asgiref.sync import async_to_sync
from redis.asyncio import Redis
from redis.exceptions import RedisError

from .collection import JamCollection
from .committer import Committer
from .jam import ANYWHERE, FreshJam, Jam, Placement, Seat, Standing, Stats, Wish
from .planning import Operation
from .store import JamStore, StoreUnavailable
from .timeline import LoopState

T = TypeVar("T")


class Refreshed(NamedTuple):
    """A jam after it was made to agree with a worker: each user's standing, and who sits there."""

    standings: dict[str, Standing]
    jam: Jam | None


class JamBalancer:
    """The jams of all workers, as one process sees and changes them."""

    def __init__(self, store: JamStore, committer: Committer) -> None:
        self._store = store
        self._committer = committer

    async def current_jam(self) -> str:
        """Return the jam that is the most fun now, or an id for a new one. Writes nothing."""
        found = await _ask(self._store.open_jams(1))
        return found[0] if found else new_jam_id()

    async def join(
        self, user_id: str, owner: str, wish: Wish = ANYWHERE, origin: str = ""
    ) -> Placement:
        """Seat a user: where they sat, else where they wish, else where it is the most fun."""

        def apply(jams: JamCollection, fresh: FreshJam) -> tuple[JamCollection, Placement]:
            return jams.add_user(user_id, owner, fresh, wish, origin)

        named = (wish.jam_id,) if wish.jam_id else ()
        comes_back = wish.loop is not None
        operation = Operation(apply, (user_id,), named, places=True, newcomer=not comes_back)
        placement: Placement = await self._committer.submit(operation)
        return placement

    async def remove_user(self, jam_id: str | None, user_id: str, owner: str | None = None) -> bool:
        """Free a seat (only ``owner``'s, if given); tell whether it was there.

        Without a jam it is the one the user sits in. Waits for the store as long as it takes: a
        seat must not be forgotten.
        """

        def apply(jams: JamCollection, _: FreshJam) -> tuple[JamCollection, bool]:
            return jams.remove_user(jam_id or jams.seats.get(user_id, ""), user_id, owner)

        operation = Operation(apply, (user_id,), (jam_id,) if jam_id else ())
        removed: bool = await self._committer.submit(operation, patience=None)
        return removed

    async def swap_loop(self, jam_id: str, user_id: str, owner: str, loop: str) -> bool:
        """Give a user another loop of their jam; tell whether they have it now."""

        def apply(jams: JamCollection, _: FreshJam) -> tuple[JamCollection, bool]:
            return jams.swap_loop(jam_id, user_id, owner, loop)

        swapped: bool = await self._committer.submit(Operation(apply, (user_id,), (jam_id,)))
        return swapped

    async def refresh(
        self, jam_id: str, present: Mapping[str, Seat], kit: str, owners: Container[str]
    ) -> Refreshed:
        """Make a jam agree with what this worker says of its own users in it.

        ``owners`` are all connections of this worker that hold a seat or are about to: a seat of
        this worker that belongs to none of them is a ghost, and is freed.
        """
        mine = f"{self._store.node}:"

        def is_ghost(user_id: str, seat: Seat) -> bool:
            return seat.owner.startswith(mine) and seat.owner not in owners

        def apply(jams: JamCollection, fresh: FreshJam) -> tuple[JamCollection, Refreshed]:
            after, standings = jams.refresh(jam_id, present, kit, fresh, is_ghost)
            return after, Refreshed(standings, after.jams.get(jam_id))

        refreshed: Refreshed = await self._committer.submit(
            Operation(apply, tuple(present), (jam_id,))
        )
        return refreshed

    def is_rebuilding(self) -> bool:
        """Tell whether jams that Redis has lost are being rebuilt: some users may be missing."""
        return self._committer.is_healing()

    async def snapshot(self) -> JamCollection:
        """Return all jams. Reads everything: for staff, not for visitors."""
        return await _ask(self._store.snapshot())

    async def states(self, jam_id: str) -> dict[str, LoopState]:
        """Return what the users of a jam play."""
        return await _ask(self._store.states(jam_id))

    async def jam_with_states(self, jam_id: str) -> tuple[Jam | None, dict[str, LoopState]]:
        """Return a jam, None if there is none, and what its users play."""
        return await _ask(self._store.jam_with_states(jam_id))

    async def stats(self) -> Stats:
        """Return how many jams and users there are."""
        return (await self.snapshot()).stats()


class SyncJamBalancer:
    """The balancer for code that isn't async: admin and commands.

    Each call opens a connection of its own and closes it, so it belongs to no event loop.
    """

    def __init__(self, connect: Callable[[], "Redis"]) -> None:
        self._connect = connect

    def current_jam(self) -> str:
        return self.call(JamBalancer.current_jam)

    def snapshot(self) -> JamCollection:
        return self.call(JamBalancer.snapshot)

    def stats(self) -> Stats:
        return self.call(JamBalancer.stats)

    def states(self, jam_id: str) -> dict[str, LoopState]:
        return self.call(partial(_states, jam_id=jam_id))

    def remove_user(self, jam_id: str, user_id: str) -> bool:
        return self.call(partial(_remove_user, jam_id=jam_id, user_id=user_id))

    def call(self, ask: Callable[[JamBalancer], Awaitable[T]]) -> T:
        """Ask an async balancer, and wait for the answer."""

        async def call() -> T:
            async with self._connect() as redis:
                store = JamStore(redis)
                committer = Committer(store, store.adopt_epoch)
                try:
                    return await ask(JamBalancer(store, committer))
                finally:
                    await committer.close()

        return async_to_sync(call)()


async def _states(balancer: JamBalancer, jam_id: str) -> dict[str, LoopState]:
    return await balancer.states(jam_id)


async def _remove_user(balancer: JamBalancer, jam_id: str, user_id: str) -> bool:
    return await balancer.remove_user(jam_id, user_id)


def new_jam_id() -> str:
    """Return an id that no jam has had."""
    return secrets.token_hex(6)


async def _ask(answer: Awaitable[T]) -> T:
    try:
        return await answer
    except (RedisError, OSError) as error:
        raise StoreUnavailable(str(error)) from error
