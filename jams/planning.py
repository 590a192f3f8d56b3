"""From what was read to what is written: the pure middle of a commit.

A batch of operations is applied, one after the other, to the jams that were read. What differs
afterwards is written jam by jam, each only if it still is what was read (see ``lua/commit.lua``).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from .collection import JamCollection
from .jam import FreshJam, Jam
from .loops import kit_in_turn

_jam_decoder = msgspec.json.Decoder(Jam)
_jam_encoder = msgspec.json.Encoder()

#: An open jam's score is ``users * _SCORE_STEP - created_ms``: most users first, of equals the
#: oldest. A step of 2^43 ms is past the year 2248, and 7 steps are exact in a double.
_SCORE_STEP = 2**43


@dataclass(frozen=True, slots=True)
class Operation:
    """A change that somebody asks of the collection.

    ``apply`` is pure and may run several times. ``users`` are those whose seats it reads, ``jams``
    the jams it names. ``places`` tells that it may seat somebody in the fullest jam; ``newcomer``
    that it must wait while lost jams are being rebuilt.
    """

    apply: Callable[[JamCollection, FreshJam], tuple[JamCollection, Any]]
    users: tuple[str, ...] = ()
    jams: tuple[str, ...] = ()
    places: bool = False
    newcomer: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """The part of the state that was read: raw values for comparing, and the collection of them."""

    raw: Mapping[str, bytes]
    seats: Mapping[str, str]
    collection: JamCollection
    jams_made: int

    @classmethod
    def of(
        cls,
        users: Sequence[str],
        reply: tuple[bytes, list[bytes], list[bytes]],
        address_limit: int,
    ) -> "View":
        """Return the view in a reply of ``lua/read.lua`` about these users."""
        made, seats, values = reply
        raw = {jam.decode(): value for jam, value in zip(values[::2], values[1::2], strict=True)}
        jams = {jam_id: decode_jam(value) for jam_id, value in raw.items() if value}
        return cls(
            raw,
            {user: seat.decode() for user, seat in zip(users, seats, strict=True)},
            JamCollection.new(jams, address_limit),
            int(made),
        )


class Outcome(NamedTuple):
    """What an operation would result in, once the jams it changed are written."""

    result: Any
    jams: tuple[str, ...]


class Write(NamedTuple):
    """One jam's new value; see ``lua/commit.lua`` for the parts."""

    jam_id: str
    old: bytes
    new: bytes
    score: str
    only_if_none_open: bool
    coming: tuple[tuple[str, str], ...]
    going: tuple[str, ...]


class Plan(NamedTuple):
    outcomes: list[Outcome]
    writes: list[Write]


def decode_jam(value: bytes) -> Jam:
    """Return the jam in a value of the hash; raise msgspec.DecodeError if there is none."""
    return _jam_decoder.decode(value)


def encode_jam(jam: Jam) -> bytes:
    """Return a jam as a value of the hash."""
    return _jam_encoder.encode(jam)


def score(jam: Jam) -> int:
    """Return an open jam's place in the sorted set; the highest is the most fun."""
    return len(jam.users) * _SCORE_STEP - jam.created_ms


def plan(
    view: View, operations: Iterable[Operation], new_id: Callable[[], str], now_ms: int
) -> Plan:
    """Apply operations in turn to what was read, and return what is to be written."""
    after = view.collection
    made, outcomes, by_placing = view.jams_made, list[Outcome](), set[str]()
    unused_id = new_id()
    for operation in operations:
        before = after.jams
        fresh = FreshJam(unused_id, kit_in_turn(made), now_ms)
        after, result = operation.apply(after, fresh)
        outcomes.append(Outcome(result, after.changed))
        new = [jam_id for jam_id in after.changed if jam_id not in before]
        made += len(new)
        if unused_id in new:
            unused_id = new_id()
        if operation.places:
            by_placing.update(new)
    touched = dict.fromkeys(jam_id for outcome in outcomes for jam_id in outcome.jams)
    writes = (_write(view, after, jam_id, by_placing=jam_id in by_placing) for jam_id in touched)
    return Plan(outcomes, [write for write in writes if write.old != write.new])


def _write(view: View, after: JamCollection, jam_id: str, *, by_placing: bool) -> Write:
    old, jam = view.collection.jams.get(jam_id), after.jams.get(jam_id)
    users_before, users_after = old.users if old else {}, jam.users if jam else {}
    is_open = after.is_open(jam_id)
    return Write(
        jam_id,
        view.raw.get(jam_id, b""),
        encode_jam(jam) if jam else b"",
        str(score(jam)) if jam and is_open else "",
        # Of two processes that both see every jam full, only one makes the next.
        old is None and by_placing and after.open_jams() == [jam_id],
        tuple((user, view.seats.get(user, "")) for user in users_after if user not in users_before),
        tuple(user for user in users_before if user not in users_after),
    )
