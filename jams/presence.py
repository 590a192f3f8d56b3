"""Who is in the jams of this process, and what the others see of them.

Every change goes one way: into the roster of its jam, from there to the sockets here (``hub.py``),
and to the other processes that have users in the jam (``relay.py``).
"""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from msgspec.structs import replace

from .attendance import Attendance, Entered, LoopTaken, UnknownLoop
from .balancer import JamBalancer
from .connections import Connection, Frame
from .hub import Hub
from .jam import Placement, Standing, Wish
from .loops import LOOPS
from .messages import (
    CloseCode,
    FromServer,
    LoopSwapped,
    User,
    UserAway,
    UserBack,
    UserJoined,
    UserLeft,
    decode_event,
    state_event,
)
from .owners import Owners
from .relay import Relay, Relayed
from .roster import Roster, new_user
from .rosters import Rosters
from .state_keeper import StateKeeper
from .store import StoreError
from .timeline import LoopState, reanchored, started, stopped, swapped

logger = logging.getLogger(__name__)


class Presence:
    """The users of this process, and the rosters of their jams."""

    def __init__(
        self, node: str, balancer: JamBalancer, keeper: StateKeeper, hub: Hub, relay: Relay
    ) -> None:
        self.draining = False
        self._relay = relay
        self._balancer = balancer
        self._keeper = keeper
        self._hub = hub
        self._owners = Owners(node)
        self._rosters = Rosters(node, balancer, relay)
        self._asking: set[asyncio.Task[None]] = set()

    # What a user's connection asks for

    async def enter(self, user_id: str, wish: Wish, origin: str, connection: Connection) -> Entered:
        """Seat a user and tell the others; raise StoreError if there is no seat to be had now."""
        owner = self._owners.new()
        try:
            placement = await self._balancer.join(user_id, owner, wish, origin)
            roster = await self._rosters.enter(placement.jam_id, placement.kit)
        except BaseException:
            # It may have been seated: free that as if it had come and gone.
            self._after_grace(Attendance("", user_id, owner, connection))
            raise
        attendance = Attendance(placement.jam_id, user_id, owner, connection)
        self._take_seat(roster, attendance, placement)
        roster.members[user_id].origin = origin
        return Entered(attendance, placement.kit, placement.loop, roster.users())

    def play(self, attendance: Attendance) -> None:
        """Start a user's loop at the next bar."""
        self._turn(attendance, started)

    def stop(self, attendance: Attendance) -> None:
        """Stop a user's loop at the next bar."""
        self._turn(attendance, stopped)

    async def swap(self, attendance: Attendance, loop: str) -> None:
        """Give a user another loop; raise UnknownLoop, LoopTaken or StoreError if it can't be."""
        if loop not in LOOPS:
            raise UnknownLoop(loop)
        jam_id, user_id, owner, _ = attendance
        if not await self._balancer.swap_loop(jam_id, user_id, owner, loop):
            raise LoopTaken(loop)
        user = self._user(attendance)
        if user is not None and user.loop != loop:
            state = swapped(user.state, now_ms())
            self._keeper.keep(jam_id, user_id, state)
            self._tell(jam_id, LoopSwapped(user_id, loop, *state), owner)

    def leave(self, attendance: Attendance) -> None:
        """Free a user's seat at once."""
        self._release(attendance)

    def drop(self, attendance: Attendance) -> None:
        """A connection is gone: keep the seat for a moment, unless it has a new connection."""
        jam_id, user_id, owner, connection = attendance
        self._hub.discard(jam_id, user_id, connection)
        if self.draining:
            return
        if self._user(attendance) is None:
            self._rosters.leave_if_unused(jam_id)
            return
        self._tell(jam_id, UserAway(user_id), owner)
        self._after_grace(attendance)

    # What other processes, the store and the leases tell

    def receive(self, relayed: Relayed) -> None:
        """Follow an event of another process."""
        jam_id, owner, payload, lease_ended = relayed
        roster = self._rosters.get(jam_id)
        if roster is None:
            return
        if lease_ended and self._owners.are_of_this_process(owner):
            return  # this worker was taken for dead: it claims its seats again at its next beat
        message = decode_event(payload)
        if roster.would_take(message, owner):
            self._ask_store(jam_id)
            return
        news = self._follow(roster, jam_id, message, owner, Frame(payload))
        if news and isinstance(message, UserJoined | UserBack):
            # That process may not have heard what our users did while it came in. Only for news:
            # or two processes would answer each other for ever.
            self._repeat(roster, jam_id)

    def user_gone(
        self, jam_id: str, user_id: str, owner: str, *, lease_ended: bool = False
    ) -> None:
        """A user has been removed, or a dead worker's lease of the seat ended: tell everybody."""
        frame = Frame.of(UserLeft(user_id))
        self._relay.publish(Relayed(jam_id, owner, frame.payload, lease_ended))
        roster = self._rosters.get(jam_id)
        if roster is not None:
            self._follow(roster, jam_id, UserLeft(user_id), owner, frame)

    async def audit(self, jam_id: str) -> None:
        """Claim what the store has lost of this process's users, and learn what it knows better."""
        roster = self._rosters.get(jam_id)
        if roster is None:
            return
        present, contested = roster.claims(), set(roster.contested)
        before = roster.standings()
        refreshed = await self._balancer.refresh(jam_id, present, roster.kit, self._owners)
        for user_id, standing in refreshed.standings.items():
            connection = self._hub.connection(jam_id, user_id)
            if standing is Standing.CROWDED_OUT and connection is not None:
                connection.close(CloseCode.RESTARTING)  # it comes back, to another seat
        # While lost jams are rebuilt, who is missing has not left: their worker is about to claim.
        for message, owner in roster.differences(refreshed.jam, before):
            if isinstance(message, UserLeft) and self._balancer.is_rebuilding():
                continue
            self._follow(roster, jam_id, message, owner, Frame.of(message))
        roster.contested -= contested
        if roster.has_others():
            self._repeat(roster, jam_id)
        self._rosters.leave_if_unused(jam_id)

    async def heal(self) -> None:
        """Claim all seats of this process again, and keep again what their users play."""
        await asyncio.gather(*map(self.audit, self.jam_ids()))
        for jam_id, roster in self._rosters.items():
            for user_id, member in roster.mine().items():
                self._keeper.keep(jam_id, user_id, member.user.state)
        await self._free_ghosts()

    async def _free_ghosts(self) -> None:
        """Free seats that the store counts as this process's and no connection here holds.

        A Redis that comes back with old data brings users along who have left since.
        """
        for jam_id, jam in (await self._balancer.snapshot()).jams.items():
            for user_id, seat in jam.users.items():
                mine = self._owners.are_of_this_process(seat.owner)
                if mine and seat.owner not in self._owners:
                    await self._balancer.remove_user(jam_id, user_id, seat.owner)
                    self.user_gone(jam_id, user_id, seat.owner)

    def follow_clock(self) -> None:
        """If the wall clock was set back, let nobody wait for a bar that was close before."""
        now = now_ms()
        for jam_id, roster in self._rosters.items():
            for user_id, member in roster.mine().items():
                state = reanchored(member.user.state, now)
                if state != member.user.state:
                    self._keeper.keep(jam_id, user_id, state)
                    changed = replace(member.user, bar=state.bar, seq=state.seq)
                    self._tell(jam_id, state_event(changed), member.owner)

    def jam_ids(self) -> list[str]:
        """Return the jams in which this process has users."""
        return [jam_id for jam_id, _ in self._rosters.items()]

    def _ask_store(self, jam_id: str) -> None:
        """Settle who has a seat that went to another connection.

        Of two that come at once, in different processes, each may hear of the other last.
        """

        async def ask() -> None:
            with suppress(StoreError):  # then the regular audit does
                await self.audit(jam_id)

        task = asyncio.create_task(ask(), name="ask-store")
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    # The ways of a change

    def _tell(self, jam_id: str, message: FromServer, owner: str, but: str | None = None) -> None:
        """Make a change of one of this process's users known everywhere."""
        roster = self._rosters.get(jam_id)
        if roster is None or not roster.apply(message, owner):
            return
        frame = Frame.of(message)
        self._hub.send(jam_id, frame, but)
        if roster.has_others():
            self._relay.publish(Relayed(jam_id, owner, frame.payload))

    def _follow(
        self, roster: Roster, jam_id: str, message: FromServer, owner: str, frame: Frame
    ) -> bool:
        """Make a change that others have made known here; tell whether it was news."""
        mine = {user_id: member.owner for user_id, member in roster.mine().items()}
        if not roster.apply(message, owner):
            return False
        self._hub.send(jam_id, frame)
        for user_id, held_by in mine.items():
            if not roster.holds(user_id, held_by):
                # An audit on its way may have claimed the seat once more.
                freeing = self._balancer.remove_user(jam_id, user_id, held_by)
                self._owners.free(held_by, freeing)
                connection = self._hub.connection(jam_id, user_id)
                if connection is not None:
                    connection.close(CloseCode.REPLACED)
        return True

    def _repeat(self, roster: Roster, jam_id: str) -> None:
        """Tell the other processes again who sits here and plays what: to most it is no news."""
        for member in roster.mine().values():
            payload = Frame.of(UserJoined(member.user)).payload
            self._relay.publish(Relayed(jam_id, member.owner, payload))
        for message, owner in roster.states():
            self._relay.publish(Relayed(jam_id, owner, Frame.of(message).payload))

    def _turn(
        self, attendance: Attendance, change: Callable[[LoopState, float], LoopState]
    ) -> None:
        user = self._user(attendance)
        if user is None:
            return
        state = change(user.state, now_ms())
        if state == user.state:  # it does already: say so to the one who asked
            attendance.connection.push_message(state_event(user))
            return
        jam_id, user_id, owner, _ = attendance
        self._keeper.keep(jam_id, user_id, state)
        changed = User(user_id, user.name, user.loop, *state)
        self._tell(jam_id, state_event(changed), owner)

    def _user(self, attendance: Attendance) -> User | None:
        """Return the user, if this connection still holds the seat."""
        roster = self._rosters.get(attendance.jam_id)
        if roster is None or not roster.holds(attendance.user_id, attendance.owner):
            return None
        return roster.members[attendance.user_id].user

    # Seats and their time

    def _take_seat(self, roster: Roster, attendance: Attendance, placement: Placement) -> None:
        jam_id, user_id, owner, connection = attendance
        roster.entering -= 1
        member = roster.members.get(user_id)
        if member is not None and self._owners.came_later(member.owner, owner):
            self._owners.give_up(owner)
            connection.close(CloseCode.REPLACED)
            return
        state = roster.expected.pop(user_id, LoopState())
        message: FromServer
        if member is None:
            message = UserJoined(new_user(user_id, placement.loop, state))
        else:
            self._owners.give_up(member.owner)
            message = UserBack(user_id)
        self._tell(jam_id, message, owner, but=user_id)
        if placement.returned:
            if not roster.has_others():
                # The connection of before may be the last that another process has in this jam.
                self._relay.publish(Relayed(jam_id, owner, Frame.of(message).payload))
            self._ask_store(jam_id)
        before = self._hub.add(jam_id, user_id, connection)
        if before is not None:
            before.close(CloseCode.REPLACED)

    def _after_grace(self, attendance: Attendance) -> None:
        self._owners.after_grace(attendance.owner, partial(self._release, attendance))

    def _release(self, attendance: Attendance) -> None:
        """Free a seat: for the others at once, in the store as soon as it can be reached."""
        jam_id, user_id, owner, connection = attendance
        self._tell(jam_id, UserLeft(user_id), owner)
        self._hub.discard(jam_id, user_id, connection)
        self._rosters.leave_if_unused(jam_id)
        self._owners.free(owner, self._balancer.remove_user(jam_id or None, user_id, owner))


def now_ms() -> float:
    """Return the server's time: milliseconds since the Unix epoch."""
    return time.time() * 1000
