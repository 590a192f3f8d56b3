"""Who is in the jams of this process, and what the others see of them.

What users ask for, and what other processes tell. Changes are made known by ``news.py``; what is
lost or overlooked is found by ``upkeep.py``.
"""

import logging
from collections.abc import Callable
from functools import partial

from .attendance import Attendance, Entered, LoopTaken, UnknownLoop
from .balancer import JamBalancer
from .clock import now_ms
from .connections import Connection, Frame
from .hub import Hub
from .jam import Placement, Wish, node_of
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
from .news import News
from .owners import Owners
from .relay import Relay, Relayed
from .roster import Roster, new_user
from .rosters import Rosters
from .state_keeper import StateKeeper
from .store import StoreUnavailable
from .timeline import LoopState, started, stopped, swapped
from .upkeep import Upkeep

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
        self._rosters = Rosters(node, balancer)
        self._news = News(self._rosters, self._owners, balancer, hub, relay)
        self.upkeep = Upkeep(self._rosters, self._owners, balancer, keeper, hub, self._news)

    # What a user's connection asks for

    async def enter(
        self, user_id: str, wish: Wish, address: str, connection: Connection
    ) -> Entered:
        """Seat a user and tell the others; raise StoreError if there is no seat to be had now.

        Raises NoSuchShard if the seat that was to come back can't be.
        """
        wish = await self._balancer.honoured(wish)
        owner = self._owners.new()
        try:
            with self._rosters.somebody_comes():
                placement = await self._balancer.join(user_id, owner, wish, address)
                roster = await self._rosters.enter(placement)
        except BaseException:
            # It may have been seated, somewhere: free that as if it had come and gone.
            seat = (wish.jam_id or "", user_id, owner)
            self._owners.after_grace(owner, partial(self._free, *seat, wherever=True))
            raise
        attendance = Attendance(placement.jam_id, user_id, owner, connection)
        self._take_seat(roster, attendance, placement)
        roster.members[user_id].address = address
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
            jam = (await self._balancer.jams([jam_id])).get(jam_id)
            if jam is None or loop not in jam.loops():
                raise StoreUnavailable("this seat is about to be claimed again")
            raise LoopTaken(loop)
        user = self._user(attendance)
        if user is not None and user.loop != loop:
            state = swapped(user.state, now_ms())
            self._keeper.keep(jam_id, user_id, state)
            self._news.tell(jam_id, LoopSwapped(user_id, loop, *state), owner)

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
        self._news.tell(jam_id, UserAway(user_id), owner)
        self._after_grace(attendance)

    async def end(self) -> None:
        """End what is under way: this process goes, and no more can be committed."""
        await self._owners.stop()
        await self.upkeep.stop()

    # What other processes tell

    def receive(self, relayed: Relayed) -> None:
        """Follow an event of another process."""
        jam_id, owner, payload, lease_ended = relayed
        roster = self._rosters.get(jam_id)
        if roster is None:
            self._rosters.once_loaded(jam_id, partial(self.receive, relayed))
            return
        if lease_ended and self._owners.are_of_this_process(owner):
            return  # this worker was taken for dead: it claims its seats again at its next beat
        message = decode_event(payload)
        if roster.would_take(message, owner):
            self.upkeep.audit_soon(jam_id)
            return
        news = self._news.follow(roster, jam_id, message, owner, Frame(payload))
        if news and isinstance(message, UserJoined | UserBack):
            # That process may not have heard what our users did while it came in. Only for news:
            # or two processes would answer each other for ever.
            self._news.repeat(roster, jam_id)

    def _turn(
        self, attendance: Attendance, change: Callable[[LoopState, float], LoopState]
    ) -> None:
        user = self._user(attendance)
        if user is None:
            return
        state = change(user.state, now_ms())
        if state == user.state:  # it does already: say so to the one who asked
            attendance.connection.push_message(state_event(user.user_id, state))
            return
        jam_id, user_id, owner, _ = attendance
        self._keeper.keep(jam_id, user_id, state)
        self._news.tell(jam_id, state_event(user_id, state), owner)

    def _user(self, attendance: Attendance) -> User | None:
        """Return the user, if this connection still holds the seat."""
        roster = self._rosters.get(attendance.jam_id)
        if roster is None or not roster.holds(attendance.user_id, attendance.owner):
            return None
        return roster.members[attendance.user_id].user

    # Seats and their time

    def _take_seat(self, roster: Roster, attendance: Attendance, placement: Placement) -> None:
        jam_id, user_id, owner, connection = attendance
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
            if member.owner != owner:  # or else an audit has found this seat before
                self._owners.give_up(member.owner)
            message = UserBack(user_id)
        self._news.tell(jam_id, message, owner, but=user_id)
        if placement.owner_before:
            # The connection of before may be the last that its process has in this jam.
            from_there = {node_of(placement.owner_before)} - roster.others()
            self._relay.publish(Relayed(jam_id, owner, Frame.of(message).payload), from_there)
        if placement.owner_before or member is not None:
            self.upkeep.audit_soon(jam_id)
        before = self._hub.add(jam_id, user_id, connection)
        if before is not None:
            before.close(CloseCode.REPLACED)

    def _after_grace(self, attendance: Attendance) -> None:
        self._owners.after_grace(attendance.owner, partial(self._release, attendance))

    def _release(self, attendance: Attendance) -> None:
        """Free a seat: for the others at once, in the store as soon as it can be reached."""
        jam_id, user_id, owner, connection = attendance
        self._news.tell(jam_id, UserLeft(user_id), owner)
        self._hub.discard(jam_id, user_id, connection)
        self._rosters.leave_if_unused(jam_id)
        self._free(jam_id, user_id, owner)

    def _free(self, jam_id: str, user_id: str, owner: str, *, wherever: bool = False) -> None:
        freeing = self._balancer.remove_user(jam_id, user_id, owner, wherever=wherever)
        self._owners.free(owner, freeing)
