"""Every rule about who sits where: ``JamCollection``, an immutable value.

Nothing here does I/O, reads a clock or makes an id; those are arguments. An operation returns the
collection that follows from it, and its result. All of them may be repeated: seating somebody who
sits, or removing somebody who doesn't, changes nothing. So the store may plan an operation again
whenever another process was faster.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from .jam import ANYWHERE, FreshJam, Jam, Placement, Seat, Standing, Stats, Wish
from .loops import next_free_loop


class _Rank(NamedTuple):
    """Sorts the jams with room: most users first, ties to the oldest, then by id."""

    minus_users: int
    created_ms: int
    jam_id: str


@dataclass(frozen=True, slots=True)
class JamCollection:
    """All jams, or those of them that an operation can concern.

    ``address_limit`` bounds the seats that one address gets in a jam without an invitation, 0 for
    no bound: nobody can fill the jams that strangers are sent to.
    """

    jams: Mapping[str, Jam]
    seats: Mapping[str, str]
    address_limit: int = 0
    #: The jams that the operation which made this value changed.
    changed: tuple[str, ...] = ()
    _open: tuple[_Rank, ...] = field(default=(), repr=False)

    @classmethod
    def new(cls, jams: Mapping[str, Jam] | None = None, address_limit: int = 0) -> JamCollection:
        """Return the collection of ``jams``, by default the empty one."""
        jams = jams or {}
        seats = {user_id: jam_id for jam_id, jam in jams.items() for user_id in jam.users}
        ranks = (_rank(jam_id, jam, address_limit) for jam_id, jam in jams.items())
        open_ = tuple(sorted(rank for rank in ranks if rank is not None))
        return cls(jams, seats, address_limit, (), open_)

    def most_populated_jam_with_capacity_or_new(self, new_jam_id: str, address: str = "") -> str:
        """Return the jam that is the most fun now: the fullest with room, the oldest of equals.

        Jams in which ``address`` has its share of seats already are passed over. With no jam left
        it is ``new_jam_id``.
        """
        for rank in self._open:
            if not self._has_its_share(address, self.jams[rank.jam_id]):
                return rank.jam_id
        return new_jam_id

    def add_user(
        self,
        user_id: str,
        owner: str,
        fresh: FreshJam,
        wish: Wish = ANYWHERE,
        address: str = "",
    ) -> tuple[JamCollection, Placement]:
        """Give a user a seat and a loop in one step.

        A user who is seated keeps the seat, which goes over to ``owner``. Otherwise the wish is
        met if its jam has room, and if not the user joins the fullest jam or a new one.
        """
        seated = self._take_over(user_id, owner)
        if seated is not None:
            return seated
        jam_id = self._jam_for(fresh, wish, address)
        jam = self.jams.get(jam_id) or Jam(wish.kit or fresh.kit, fresh.now_ms, {})
        loop = next_free_loop(jam.loops(), wish.loop)
        assert loop is not None  # a jam with room has a loop that nobody has
        seat = Seat(loop, owner, address)
        after = self._with_jam(jam_id, _with_seat(jam, user_id, seat), {user_id: jam_id})
        made_jam = jam_id not in self.jams
        return after, Placement(jam_id, jam.kit, loop, made_jam=made_jam)

    def remove_user(
        self, jam_id: str, user_id: str, owner: str | None = None
    ) -> tuple[JamCollection, bool]:
        """Free a user's seat, and drop the jam if it was the last; tell whether it was there.

        With an ``owner`` only that owner's seat is freed.
        """
        jam = self.jams.get(jam_id)
        seat = jam.users.get(user_id) if jam else None
        if jam is None or seat is None or owner not in (None, seat.owner):
            return self._unchanged(), False
        users = {other: seat for other, seat in jam.users.items() if other != user_id}
        return self._with_jam(jam_id, _with_users(jam, users), {user_id: None}), True

    def swap_loop(
        self, jam_id: str, user_id: str, owner: str, loop: str
    ) -> tuple[JamCollection, bool]:
        """Give a user another loop of the kit; tell whether they have it now."""
        jam = self.jams.get(jam_id)
        seat = jam.users.get(user_id) if jam else None
        if jam is None or seat is None or seat.owner != owner:
            return self._unchanged(), False
        if seat.loop == loop or next_free_loop(jam.loops(), loop) != loop:
            return self._unchanged(), seat.loop == loop
        seat = Seat(loop, owner, seat.address)
        return self._with_jam(jam_id, _with_seat(jam, user_id, seat), {}), True

    def refresh(
        self,
        jam_id: str,
        present: Mapping[str, Seat],
        kit: str,
        fresh: FreshJam,
        is_ghost: Callable[[str, Seat], bool] = lambda user_id, seat: False,
    ) -> tuple[JamCollection, dict[str, Standing]]:
        """Make a jam agree with what one worker says of its own users there.

        ``present`` holds its users of this jam, with their seats. Who lost theirs gets it back,
        with the same loop if it is free; a seat that ``is_ghost``, one of this worker's that
        belongs to no connection of it, is freed; the users of others stay as they are. Nobody is
        moved to another jam.
        """
        after, changed = self, list[str]()
        jam = self.jams.get(jam_id)
        for user_id, seat in (jam.users if jam else {}).items():
            if user_id not in present and is_ghost(user_id, seat):
                after, _ = after.remove_user(jam_id, user_id, seat.owner)
                changed += after.changed
        standings = {}
        for user_id, claim in present.items():
            holder = after._seat_of(user_id)
            if holder and holder.owner != claim.owner and is_ghost(user_id, holder):
                after, _ = after.remove_user(after.seats[user_id], user_id, holder.owner)
                changed += after.changed
            after, standings[user_id] = after._claim(jam_id, user_id, claim, kit, fresh)
            changed += after.changed
        return replace(after, changed=tuple(dict.fromkeys(changed))), standings

    def stats(self) -> Stats:
        """Return how many jams and users there are, and how many users each jam has."""
        counts = Counter({jam_id: len(jam.users) for jam_id, jam in self.jams.items()})
        return Stats(len(self.jams), counts.total(), tuple(counts.most_common()))

    def open_jams(self) -> list[str]:
        """Return the jams that newcomers are sent to, the most fun first."""
        return [rank.jam_id for rank in self._open]

    def is_open(self, jam_id: str) -> bool:
        """Tell whether newcomers are sent to a jam: it has room, and no address has most of it."""
        jam = self.jams.get(jam_id)
        return jam is not None and _rank(jam_id, jam, self.address_limit) is not None

    def _jam_for(self, fresh: FreshJam, wish: Wish, address: str) -> str:
        wished = self.jams.get(wish.jam_id) if wish.jam_id else None
        if wish.jam_id and wished is None and wish.insist:
            return wish.jam_id
        if wish.jam_id and wished and self._may_sit(wished, wish, address):
            return wish.jam_id
        # The page has shown an id for the jam to come: if one is made, it is that one.
        new_jam_id = wish.jam_id if wish.jam_id and wished is None else fresh.jam_id
        return self.most_populated_jam_with_capacity_or_new(new_jam_id, address)

    def _may_sit(self, jam: Jam, wish: Wish, address: str) -> bool:
        return jam.has_room() and (wish.insist or not self._has_its_share(address, jam))

    def _has_its_share(self, address: str, jam: Jam) -> bool:
        return bool(address and self.address_limit and jam.seats_of(address) >= self.address_limit)

    def _seat_of(self, user_id: str) -> Seat | None:
        jam = self.jams.get(self.seats.get(user_id, ""))
        return jam.users.get(user_id) if jam else None

    def _claim(
        self, jam_id: str, user_id: str, claim: Seat, kit: str, fresh: FreshJam
    ) -> tuple[JamCollection, Standing]:
        holder, jam = self._seat_of(user_id), self.jams.get(jam_id)
        if holder is not None:
            standing = Standing.SEATED if holder.owner == claim.owner else Standing.REPLACED
            return self._unchanged(), standing
        if jam is not None and not jam.has_room():
            return self._unchanged(), Standing.CROWDED_OUT
        wish = Wish(jam_id, claim.loop, kit, insist=True)
        after, _ = self.add_user(user_id, claim.owner, fresh, wish, claim.address)
        return after, Standing.SEATED

    def _take_over(self, user_id: str, owner: str) -> tuple[JamCollection, Placement] | None:
        seat = self._seat_of(user_id)
        if seat is None:
            return None
        jam_id = self.seats[user_id]
        jam = self.jams[jam_id]
        placement = Placement(jam_id, jam.kit, seat.loop, seat.owner)
        if seat.owner == owner:
            return self._unchanged(), placement
        seat = Seat(seat.loop, owner, seat.address)
        return self._with_jam(jam_id, _with_seat(jam, user_id, seat), {}), placement

    def _unchanged(self) -> JamCollection:
        return replace(self, changed=()) if self.changed else self

    def _with_jam(self, jam_id: str, jam: Jam, seated: Mapping[str, str | None]) -> JamCollection:
        """Return the collection with this jam, without it if it is empty, and with these seats."""
        jams = dict(self.jams)
        before = jams.pop(jam_id, None)
        if jam.users:
            jams[jam_id] = jam
        seats = dict(self.seats)
        for user_id, seat in seated.items():
            if seat is None:
                seats.pop(user_id, None)
            else:
                seats[user_id] = seat
        open_ = list(self._open)
        if before is not None and (rank := _rank(jam_id, before, self.address_limit)):
            del open_[bisect_left(open_, rank)]
        if jam.users and (rank := _rank(jam_id, jam, self.address_limit)):
            insort(open_, rank)
        return JamCollection(jams, seats, self.address_limit, (jam_id,), tuple(open_))


def _with_users(jam: Jam, users: dict[str, Seat]) -> Jam:
    return Jam(jam.kit, jam.created_ms, users)


def _with_seat(jam: Jam, user_id: str, seat: Seat) -> Jam:
    return _with_users(jam, {**jam.users, user_id: seat})


def _rank(jam_id: str, jam: Jam, address_limit: int) -> _Rank | None:
    """Return a jam's place among those that newcomers are sent to; None if they aren't."""
    if not jam.has_room():
        return None
    if address_limit:
        addresses = Counter(seat.address for seat in jam.users.values() if seat.address)
        if addresses and max(addresses.values()) > address_limit:
            return None
    return _Rank(-len(jam.users), jam.created_ms, jam_id)
