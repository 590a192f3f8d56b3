"""The rosters of the jams in which this process has users."""

import asyncio
from collections.abc import Iterable

from .balancer import JamBalancer
from .relay import Relay
from .roster import Roster


class Rosters:
    """Loads a jam's roster when the first user of this process comes, and drops it after the last.

    As long as there is one, the process receives the jam's events of the other processes.
    """

    def __init__(self, node: str, balancer: JamBalancer, relay: Relay) -> None:
        self._node = node
        self._balancer = balancer
        self._relay = relay
        self._rosters: dict[str, Roster] = {}
        self._loading: dict[str, asyncio.Task[None]] = {}

    def get(self, jam_id: str) -> Roster | None:
        return self._rosters.get(jam_id)

    def items(self) -> Iterable[tuple[str, Roster]]:
        return list(self._rosters.items())

    async def enter(self, jam_id: str, kit: str) -> Roster:
        """Return a jam's roster. It is kept till ``entering`` is counted down again."""
        while (roster := self._rosters.get(jam_id)) is None:
            loading = self._loading.get(jam_id)
            if loading is None:
                loading = asyncio.create_task(self._load(jam_id, kit), name="roster")
                self._loading[jam_id] = loading
            await asyncio.shield(loading)  # others wait for it too
        roster.entering += 1
        return roster

    def leave_if_unused(self, jam_id: str) -> None:
        """Drop a roster if no user of this process is in it or on the way."""
        roster = self._rosters.get(jam_id)
        if roster is not None and not roster.entering and not roster.mine():
            del self._rosters[jam_id]
            self._relay.unsubscribe_soon(jam_id)

    async def _load(self, jam_id: str, kit: str) -> None:
        try:
            await self._relay.subscribe(jam_id)  # first, so that no event falls between the two
            jam, states = await self._balancer.jam_with_states(jam_id)
            self._rosters[jam_id] = Roster.of(kit, jam, states, self._node)
        except BaseException:
            self._relay.unsubscribe_soon(jam_id)
            raise
        finally:
            del self._loading[jam_id]
