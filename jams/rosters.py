"""The rosters of the jams in which this process has users."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from .balancer import JamBalancer
from .jam import Placement
from .roster import Roster

logger = logging.getLogger(__name__)


class Rosters:
    """Loads a jam's roster when the first user of this process comes, and drops it after the last.

    The seat is taken before the roster is loaded: so of two processes that come to a jam at once
    at least one finds the other there, and tells it. Who makes a jam finds nobody, so nothing is
    loaded, unless another process has told of it since the seat was taken.
    """

    def __init__(self, node: str, balancer: JamBalancer) -> None:
        self._node = node
        self._balancer = balancer
        self._rosters: dict[str, Roster] = {}
        self._loading: dict[str, asyncio.Task[None]] = {}
        #: What was told of jams that are being loaded: what is read may be older.
        self._early: dict[str, list[Callable[[], None]]] = {}
        self._coming = 0
        #: Jams that others told of while somebody was coming, maybe just there.
        self._told_of: set[str] = set()

    def get(self, jam_id: str) -> Roster | None:
        return self._rosters.get(jam_id)

    def once_loaded(self, jam_id: str, follow: Callable[[], None]) -> None:
        """Call this as soon as a jam's roster is there, if it is being loaded."""
        if jam_id in self._loading:
            self._early.setdefault(jam_id, []).append(follow)
        elif self._coming:
            self._told_of.add(jam_id)

    def items(self) -> Iterable[tuple[str, Roster]]:
        return list(self._rosters.items())

    @contextmanager
    def somebody_comes(self) -> Iterator[None]:
        """Somebody takes a seat and enters meanwhile."""
        self._coming += 1
        try:
            yield
        finally:
            self._coming -= 1
            if not self._coming:
                self._told_of.clear()

    async def enter(self, placement: Placement) -> Roster:
        """Return a jam's roster. Put somebody of this process in before the next ``await``.

        Otherwise it may be dropped meanwhile.
        """
        jam_id, kit = placement.jam_id, placement.kit
        if placement.made_jam and jam_id not in self._told_of and jam_id not in self._loading:
            self._rosters.setdefault(jam_id, Roster(kit, self._node))
        while (roster := self._rosters.get(jam_id)) is None:
            loading = self._loading.get(jam_id)
            if loading is None:
                loading = asyncio.create_task(self._load(jam_id, kit), name="roster")
                self._loading[jam_id] = loading
            await asyncio.shield(loading)  # others wait for it too
        return roster

    def leave_if_unused(self, jam_id: str) -> None:
        """Drop a roster if no user of this process is in it."""
        roster = self._rosters.get(jam_id)
        if roster is not None and not roster.mine():
            del self._rosters[jam_id]

    async def _load(self, jam_id: str, kit: str) -> None:
        try:
            jam, states = await self._balancer.jam_with_states(jam_id)
            self._rosters[jam_id] = Roster.of(kit, jam, states, self._node)
        finally:
            del self._loading[jam_id]
            early = self._early.pop(jam_id, [])
        for follow in early:
            try:
                follow()
            except Exception:
                logger.exception("An event of another process was not understood")
