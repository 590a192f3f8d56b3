"""What the collection is made of: jams and seats, and what is asked and answered about them."""

from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from .loops import CAPACITY


def node_of(owner: str) -> str:
    """Return the worker whose connection an owner is."""
    return owner.partition(":")[0]


# ``gc=False``: they hold no cycles, and without them a snapshot of 100,000 jams takes half as long.


class Seat(Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """One user's place in a jam.

    ``owner`` names the connection that holds it (``node:connection``): only its owner can give a
    seat up, so that a late leave of an old connection never removes the new one. ``address`` is an
    opaque tag of the network address it came from, empty where that doesn't matter.
    """

    loop: str
    owner: str
    address: str = ""

    @property
    def node(self) -> str:
        return node_of(self.owner)


class Jam(Struct, frozen=True, gc=False):
    """A jam: its kit, when it was made (Unix time, ms), and the seats by user id, in order."""

    kit: str
    created_ms: int
    users: dict[str, Seat]

    def has_room(self) -> bool:
        return len(self.users) < CAPACITY

    def loops(self) -> set[str]:
        return {seat.loop for seat in self.users.values()}

    def nodes(self) -> set[str]:
        """Return the workers that have users here."""
        return {seat.node for seat in self.users.values()}

    def seats_of(self, address: str) -> int:
        return sum(seat.address == address for seat in self.users.values())


class FreshJam(NamedTuple):
    """What a jam gets if one has to be made."""

    jam_id: str
    kit: str
    now_ms: int


class Wish(NamedTuple):
    """Where a user would like to sit.

    ``insist`` makes the jam if it doesn't exist (an invitation, a seat that comes back); without
    it a jam that is gone is no better than any other.
    """

    jam_id: str | None = None
    loop: str | None = None
    kit: str | None = None
    insist: bool = False


ANYWHERE = Wish()


class Placement(NamedTuple):
    """The seat a user has.

    ``owner_before`` held it until now, if it was theirs before. ``made_jam``: the jam is new.
    """

    jam_id: str
    kit: str
    loop: str
    owner_before: str = ""
    made_jam: bool = False


class Standing(StrEnum):
    """What became of a user whom a worker believes to be seated.

    ``REPLACED``: another connection has the seat. ``CROWDED_OUT``: it was lost, and others have
    filled the jam since.
    """

    SEATED = "seated"
    REPLACED = "replaced"
    CROWDED_OUT = "crowded_out"


class Stats(NamedTuple):
    """Counts of a moment; ``users_per_jam`` has the users of each jam, most first."""

    jams: int
    users: int
    users_per_jam: tuple[tuple[str, int], ...]
