"""What one process knows of the users of a jam: their own, and those of other processes.

A roster follows the events. They carry the whole truth about their subject, and a user's states
are numbered, so one that comes late or twice is recognised and ignored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from msgspec.structs import replace

from .jam import Jam, Seat, node_of
from .messages import (
    AboutUser,
    FromServer,
    LoopPlayed,
    LoopStopped,
    LoopSwapped,
    User,
    UserAway,
    UserBack,
    UserJoined,
    UserLeft,
    state_event,
)
from .names import name_of
from .timeline import LoopState


class Told(NamedTuple):
    """An event, and who holds the seat of the user it is about."""

    message: AboutUser
    owner: str

    @property
    def user_id(self) -> str:
        message = self.message
        return message.user.user_id if isinstance(message, UserJoined) else message.user_id


@dataclass(slots=True)
class Member:
    """A user of a jam, and the connection (``node:connection``) that holds the seat."""

    user: User
    owner: str
    address: str = ""

    @property
    def seat(self) -> Seat:
        return Seat(self.user.loop, self.owner, self.address)


def new_user(user_id: str, loop: str, state: LoopState = LoopState()) -> User:  # noqa: B008
    """Return a user as the others see them first."""
    return User(user_id, name_of(user_id), loop, *state)


@dataclass(slots=True)
class Roster:
    """The users of one jam, in order of arrival."""

    kit: str
    node: str
    members: dict[str, Member] = field(default_factory=dict)
    #: What the users played whom the store already counts as this process's: they are about to
    #: come in.
    expected: dict[str, LoopState] = field(default_factory=dict)
    #: Users of this process whose seat another one says to have: not to be claimed before the
    #: store has been asked.
    contested: set[str] = field(default_factory=set)
    #: Who had the seats of users of this process in an older copy of the data that Redis came back
    #: with, by user: they don't have them any more.
    outdated: dict[str, str] = field(default_factory=dict)
    #: What ``others`` returned; None since an owner has changed.
    _others: frozenset[str] | None = None

    @classmethod
    def of(cls, kit: str, jam: Jam | None, states: Mapping[str, LoopState], node: str) -> "Roster":
        """Return the roster of a jam as the store knows it, for ``node``."""
        roster = cls(kit, node)
        for user_id, seat in (jam.users if jam else {}).items():
            state = states.get(user_id, LoopState())
            member = Member(new_user(user_id, seat.loop, state), seat.owner, seat.address)
            if roster.is_mine(member):
                roster.expected[user_id] = state
            else:
                roster.members[user_id] = member
        return roster

    def users(self) -> list[User]:
        return [member.user for member in self.members.values()]

    def is_mine(self, member: Member) -> bool:
        return self._owns(member.owner)

    def mine(self) -> dict[str, Member]:
        """Return the members whose seats this process holds, the absent ones included."""
        return {id_: member for id_, member in self.members.items() if self.is_mine(member)}

    def others(self) -> frozenset[str]:
        """Return the other nodes that have users in this jam."""
        if self._others is None:  # it is asked for each event, and seldom another
            nodes = {node_of(member.owner) for member in self.members.values()}
            self._others = frozenset(nodes - {self.node})
        return self._others

    def holds(self, user_id: str, owner: str) -> bool:
        """Tell whether this connection still has the user's seat."""
        member = self.members.get(user_id)
        return member is not None and member.owner == owner

    def would_take(self, message: FromServer, owner: str) -> bool:
        """Tell whether an event gives a seat that this process holds to another owner.

        The seat is contested from then on.
        """
        match message:
            case UserJoined(User(user_id=user_id)) | UserBack(user_id):
                member = self.members.get(user_id)
                if member is not None and self.is_mine(member) and member.owner != owner:
                    self.contested.add(user_id)
                    return True
        return False

    def claims(self) -> dict[str, Seat]:
        """Return the seats that this process holds for sure."""
        mine = self.mine().items()
        return {id_: member.seat for id_, member in mine if id_ not in self.contested}

    def apply(self, message: FromServer, owner: str) -> bool:
        """Follow an event about a user whose seat ``owner`` holds; tell whether it was news."""
        match message:  # the most frequent ones first
            case LoopPlayed(user_id, bar, seq):
                return self._change(user_id, seq, playing=True, bar=bar)
            case LoopStopped(user_id, bar, seq):
                return self._change(user_id, seq, playing=False, bar=bar)
            case UserJoined(user):
                return self._join(user, owner)
            case UserLeft(user_id):
                return self.holds(user_id, owner) and self._leave(user_id)
            case UserAway(user_id):
                return self.holds(user_id, owner) and self._set(user_id, away=True)
            case UserBack(user_id):
                return self._come_back(user_id, owner)
            case LoopSwapped(user_id, loop, playing, bar, seq):
                return self._change(user_id, seq, loop=loop, playing=playing, bar=bar)
        return False

    def agrees_with(self, jam: Jam | None) -> bool:
        """Tell whether everybody sits as the store says, and nothing is left to be settled."""
        if jam is None or self.contested or self.outdated or len(jam.users) != len(self.members):
            return False
        for user_id, seat in jam.users.items():
            member = self.members.get(user_id)
            if member is None or (member.owner, member.user.loop) != (seat.owner, seat.loop):
                return False
        return True

    def standings(self) -> dict[str, tuple[str, int]]:
        """Return who holds each user's seat, and the number of the user's state."""
        return {id_: (member.owner, member.user.seq) for id_, member in self.members.items()}

    def differences(self, jam: Jam | None, before: Mapping[str, tuple[str, int]]) -> list[Told]:
        """Return the events after which the roster has the seats that the store had.

        ``before`` are the standings of the time when the store was asked: who has come, gone or
        changed since is left alone, for the events have told of it. What users play is told by
        themselves.
        """
        seats, events = jam.users if jam else {}, list[Told]()
        for user_id, (owner, _) in before.items():
            if self.holds(user_id, owner) and user_id not in seats:
                events.append(Told(UserLeft(user_id), owner))
        for user_id, seat in seats.items():
            member = self.members.get(user_id)
            if member is None and user_id not in before and not self._owns(seat.owner):
                events.append(Told(UserJoined(new_user(user_id, seat.loop)), seat.owner))
            owner, seq = before.get(user_id, ("", 0))
            if member is None or not self.holds(user_id, owner):
                continue
            if member.owner != seat.owner:
                events.append(Told(UserBack(user_id), seat.owner))
            if member.user.loop != seat.loop and member.user.seq == seq:
                playing, bar, _ = member.user.state
                swapped = LoopSwapped(user_id, seat.loop, playing, bar, seq + 1)
                events.append(Told(swapped, seat.owner))
        return events

    def states(self) -> list[Told]:
        """Return what this process's own users do now, as events that may be told again."""
        events = list[Told]()
        for user_id, member in self.mine().items():
            events.append(Told(state_event(user_id, member.user.state), member.owner))
            if member.user.away:
                events.append(Told(UserAway(user_id), member.owner))
        return events

    def _owns(self, owner: str) -> bool:
        return node_of(owner) == self.node

    def _join(self, user: User, owner: str) -> bool:
        member = self.members.get(user.user_id)
        if member is not None and member.owner == owner:
            return False
        self.members[user.user_id] = Member(user, owner)
        self._others = None
        return True

    def _leave(self, user_id: str) -> bool:
        del self.members[user_id]
        self.outdated.pop(user_id, None)
        self._others = None
        return True

    def _come_back(self, user_id: str, owner: str) -> bool:
        member = self.members.get(user_id)
        if member is None or (member.owner == owner and not member.user.away):
            return False
        member.owner = owner
        self._others = None
        self._set(user_id, away=False)
        return True

    def _set(self, user_id: str, **changes: object) -> bool:
        member = self.members[user_id]
        before = member.user
        member.user = replace(before, **changes)
        return member.user != before

    def _change(self, user_id: str, seq: int, **changes: object) -> bool:
        member = self.members.get(user_id)
        return (
            member is not None and seq > member.user.seq and self._set(user_id, seq=seq, **changes)
        )
