"""What staff see of the live jams: plain values, made from the collection and the users' states."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple

from ..collection import JamCollection
from ..jam import Jam
from ..loops import CAPACITY
from ..names import name_of
from ..timeline import BAR_MS, LoopState

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


class Doing(StrEnum):
    """What a user's loop does, in a word."""

    PLAYING = "playing"
    QUEUED = "queued"
    STOPPING = "stopping"
    QUIET = "quiet"

    @classmethod
    def of(cls, state: LoopState, now_ms: float) -> "Doing":
        to_come = state.bar * BAR_MS > now_ms
        if state.playing:
            return cls.QUEUED if to_come else cls.PLAYING
        return cls.STOPPING if to_come else cls.QUIET

    @property
    def is_heard(self) -> bool:
        """Whether the loop sounds now: one that stops is heard until its bar."""
        return self in (Doing.PLAYING, Doing.STOPPING)


class LiveUser(NamedTuple):
    """A user of a jam. ``bar`` is the one since (or from) which it is so; None: from the start."""

    user_id: str
    name: str
    loop: str
    doing: Doing
    bar: int | None
    when: str
    node: str
    connection: str

    @property
    def is_heard(self) -> bool:
        return self.doing.is_heard


class LiveJamRow(NamedTuple):
    """A jam with its users; ``age`` in words."""

    jam_id: str
    kit: str
    made_at: datetime
    age: str
    users: list[LiveUser]

    @property
    def capacity(self) -> int:
        return CAPACITY

    @property
    def heard(self) -> list[LiveUser]:
        return [user for user in self.users if user.is_heard]

    @classmethod
    def of(
        cls, jam_id: str, jam: Jam, states: Mapping[str, LoopState], now_ms: float
    ) -> "LiveJamRow":
        users = [
            _live_user(user_id, seat.loop, seat.owner, states.get(user_id, LoopState()), now_ms)
            for user_id, seat in jam.users.items()
        ]
        made_at = datetime.fromtimestamp(jam.created_ms / 1000, UTC)
        return cls(jam_id, jam.kit, made_at, duration((now_ms - jam.created_ms) / 1000), users)


def sorted_jams(jams: JamCollection, search: str = "") -> list[tuple[str, Jam]]:
    """Return the jams whose ids contain ``search``: most users first, the oldest of equals."""
    found: Iterable[tuple[str, Jam]] = jams.jams.items()
    if search:
        found = ((jam_id, jam) for jam_id, jam in found if search in jam_id)
    return sorted(found, key=lambda item: (-len(item[1].users), item[1].created_ms, item[0]))


def duration(seconds: float) -> str:
    """Return a time in its two largest units; what is negative (a clock that jumped) as 0 s."""
    whole = max(0, int(seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"
    return f"{whole // _DAY} d {whole % _DAY // _HOUR} h"


def _live_user(user_id: str, loop: str, owner: str, state: LoopState, now_ms: float) -> LiveUser:
    node, _, connection = owner.partition(":")
    seconds = (state.bar * BAR_MS - now_ms) / 1000
    when = f"in {max(1, round(seconds))} s" if seconds > 0 else f"{duration(-seconds)} ago"
    bar = state.bar or None
    return LiveUser(
        user_id,
        name_of(user_id),
        loop,
        Doing.of(state, now_ms),
        bar,
        when if bar is not None else "",
        node,
        connection,
    )
