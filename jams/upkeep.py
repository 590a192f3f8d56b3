"""Keeps what this process believes of its jams in agreement with the store, and with the clock."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress

from .balancer import JamBalancer, Refreshed
from .clock import now_ms
from .connections import Frame
from .hub import Hub
from .jam import Jam, Seat, Standing, node_of
from .jam_ids import shard_of
from .messages import CloseCode, UserLeft, state_event
from .news import News
from .owners import Owners
from .roster import Roster
from .rosters import Rosters
from .routine import survive
from .state_keeper import StateKeeper
from .store import StoreError
from .timeline import reanchored

#: How often it is tried again to claim a seat that somebody else had in older data, in seconds.
_GHOSTS_SECONDS = 0.25


class Upkeep:
    """Claims what was lost of this process's seats, and follows what the store knows better."""

    def __init__(
        self,
        rosters: Rosters,
        owners: Owners,
        balancer: JamBalancer,
        keeper: StateKeeper,
        hub: Hub,
        news: News,
    ) -> None:
        self._rosters = rosters
        self._owners = owners
        self._balancer = balancer
        self._keeper = keeper
        self._hub = hub
        self._news = news
        self._asking: set[asyncio.Task[None]] = set()

    async def free(
        self, jam_id: str, user_id: str, owner: str, *, lease_ended: bool = False
    ) -> bool:
        """Free a seat of whatever process and tell everybody; return whether it was there.

        ``lease_ended``: because its worker seems to be dead.
        """
        nodes = await self._balancer.free(jam_id, user_id, owner)
        if nodes is None:
            return False
        # Those that are in the jam now: whoever comes later finds the user gone. And the seat's.
        told = nodes | {node_of(owner)}
        left = UserLeft(user_id)
        self._news.tell_everywhere(jam_id, left, owner, told, lease_ended=lease_ended)
        return True

    async def audit_many(self, jam_ids: Sequence[str]) -> None:
        """Audit jams of one shard together: one look shows which of them are not as they were."""
        jams = await self._balancer.jams(jam_ids)
        differing = [id_ for id_ in jam_ids if not self._is_settled(id_, jams.get(id_))]
        await asyncio.gather(*(survive(self.audit(jam_id)) for jam_id in differing))

    def _is_settled(self, jam_id: str, jam: Jam | None) -> bool:
        """Tell whether an audit would find nothing in a jam; if so, do what it ends with."""
        roster = self._rosters.get(jam_id)
        if roster is None:
            return True
        if self._balancer.is_rebuilding(jam_id) or not roster.agrees_with(jam):
            return False
        if any(member.owner not in self._owners for member in roster.mine().values()):
            return False  # a ghost, in both
        self._end_audit(jam_id, roster)
        return True

    def _end_audit(self, jam_id: str, roster: Roster) -> None:
        if roster.others():
            self._news.repeat(roster, jam_id)
        self._rosters.leave_if_unused(jam_id)

    async def audit(self, jam_id: str) -> None:
        """Claim what the store has lost of this process's users, and learn what it knows better."""
        roster = self._rosters.get(jam_id)
        if roster is None:
            return
        present, contested = roster.claims(), set(roster.contested)
        before = roster.standings()
        refreshed = await self._balancer.refresh(jam_id, present, roster.kit, self._owners)
        rebuilding = self._balancer.is_rebuilding(jam_id)
        # While lost jams are rebuilt, who is missing hasn't left, and who is there may have: their
        # worker is about to claim the seat, or to free it.
        doubtful = rebuilding or self._waits_for_ghosts(jam_id)
        self._note_outdated(roster, refreshed, rebuilding=rebuilding)
        if rebuilding:
            await self._keep_loops(jam_id, present, refreshed)
        for user_id, standing in refreshed.standings.items():
            connection = self._hub.connection(jam_id, user_id)
            if standing is Standing.CROWDED_OUT and connection is not None:
                connection.close(CloseCode.RESTARTING)  # it comes back, to another seat
        for told in roster.differences(refreshed.jam, before):
            # Who says that a seat of ours is theirs now is believed whatever the store holds.
            if told.user_id in contested or not doubtful:
                message, owner = told
                self._news.follow(roster, jam_id, message, owner, Frame.of(message))
        roster.contested -= contested
        self._end_audit(jam_id, roster)

    def _note_outdated(self, roster: Roster, refreshed: Refreshed, *, rebuilding: bool) -> None:
        """Remember who has seats of ours in older data that Redis came back with."""
        for user_id, standing in refreshed.standings.items():
            holder = refreshed.holder(user_id)
            if rebuilding and standing is Standing.REPLACED:
                roster.outdated[user_id] = holder
            elif roster.outdated.get(user_id) != holder or standing is Standing.SEATED:
                roster.outdated.pop(user_id, None)

    async def _keep_loops(
        self, jam_id: str, claims: Mapping[str, Seat], refreshed: Refreshed
    ) -> None:
        """Swap again what our users had swapped since that data was written, where it can be."""
        for user_id, seat in (refreshed.jam.users if refreshed.jam else {}).items():
            mine = claims.get(user_id)
            if mine is not None and mine.owner == seat.owner and mine.loop != seat.loop:
                await self._balancer.swap_loop(jam_id, user_id, seat.owner, mine.loop)

    async def heal(self, shard: int) -> None:
        """Claim this process's seats in a shard again, and keep again what their users play."""
        here = self.jam_ids(shard)
        await self._claim_again(here)
        await self._free_ghosts(shard)
        while taken := [jam_id for jam_id in here if self._waits_for_ghosts(jam_id)]:
            await asyncio.sleep(_GHOSTS_SECONDS)
            await self._claim_again(taken)

    async def _claim_again(self, jam_ids: Sequence[str]) -> None:
        await asyncio.gather(*map(self.audit, jam_ids))
        for jam_id in jam_ids:
            roster = self._rosters.get(jam_id)
            for user_id, member in (roster.mine() if roster else {}).items():
                self._keeper.keep(jam_id, user_id, member.user.state)

    def _waits_for_ghosts(self, jam_id: str) -> bool:
        """Tell whether seats of ours in a jam are still those of others who had them long ago.

        Their workers free them, or the worker that ends the lease of one that has gone.
        """
        roster = self._rosters.get(jam_id)
        return roster is not None and not roster.mine().keys().isdisjoint(roster.outdated)

    async def _free_ghosts(self, shard: int) -> None:
        """Free seats that the store counts as this process's and no connection here holds.

        A Redis that comes back with old data brings users along who have left since.
        """
        for jam_id, jam in (await self._balancer.jams_of_shard(shard)).items():
            for user_id, seat in jam.users.items():
                mine = self._owners.are_of_this_process(seat.owner)
                if mine and seat.owner not in self._owners:
                    await self.free(jam_id, user_id, seat.owner)

    def follow_clock(self) -> None:
        """If the wall clock was set back, let nobody wait for a bar that was close before."""
        now = now_ms()
        for jam_id, roster in self._rosters.items():
            for user_id, member in roster.mine().items():
                state = reanchored(member.user.state, now)
                if state != member.user.state:
                    self._keeper.keep(jam_id, user_id, state)
                    self._news.tell(jam_id, state_event(user_id, state), member.owner)

    def jam_ids(self, shard: int) -> list[str]:
        """Return the jams of a shard in which this process has users."""
        return [jam_id for jam_id, _ in self._rosters.items() if shard_of(jam_id) == shard]

    async def stop(self) -> None:
        """Settle nothing any more."""
        for task in self._asking:
            task.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)

    def audit_soon(self, jam_id: str) -> None:
        """Settle who has a seat that went to another connection.

        Of two that come at once, in different processes, each may hear of the other last.
        """

        async def ask() -> None:
            with suppress(StoreError):  # then the regular audit does
                await self.audit(jam_id)

        task = asyncio.create_task(ask(), name="ask-store")
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)
