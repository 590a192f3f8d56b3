"""Bars on one grid that the whole server shares.

Bar ``n`` starts ``n * BAR_MS`` after the Unix epoch on the server's clock. Nothing has to be
stored for a jam, a newcomer or a restart to be in phase.
"""

from typing import NamedTuple

#: Beats a minute of every loop; the sounds are rendered at it.
BPM = 100
BEATS_PER_BAR = 4
BARS_PER_LOOP = 2
#: Length of a bar in milliseconds: 4 beats of 600 ms.
BAR_MS = BEATS_PER_BAR * 60_000 // BPM
#: A start or a stop is heard this long after it was asked for, at the least: time enough for
#: the event to reach a phone on a slow line before the bar begins.
LEAD_MS = 400


class LoopState(NamedTuple):
    """What a user's loop does: the whole truth about it, never a difference.

    With ``bar`` in the past the loop is what ``playing`` says. With ``bar`` still to come it is
    the opposite until then: a start or a stop that is queued.

    ``seq`` grows with every change, so that of two states the later one is known.
    """

    playing: bool = False
    bar: int = 0
    seq: int = 0


def bar_at(now_ms: float) -> int:
    """Return the bar that sounds at ``now_ms`` (milliseconds since the Unix epoch)."""
    return int(now_ms // BAR_MS)


def next_bar(now_ms: float) -> int:
    """Return the first bar that begins at least ``LEAD_MS`` after ``now_ms``."""
    return -int(-(now_ms + LEAD_MS) // BAR_MS)


def started(state: LoopState, now_ms: float) -> LoopState:
    """Return the state after the user asked to play: queued, or a queued stop called off."""
    return _turned(state, now_ms, playing=True)


def stopped(state: LoopState, now_ms: float) -> LoopState:
    """Return the state after the user asked to stop: queued, or a queued start called off."""
    return _turned(state, now_ms, playing=False)


def swapped(state: LoopState, now_ms: float) -> LoopState:
    """Return the state after the user took another loop: one that plays starts at the next bar."""
    bar = next_bar(now_ms) if state.playing else state.bar
    return LoopState(state.playing, bar, _next_seq(state, now_ms))


def reanchored(state: LoopState, now_ms: float) -> LoopState:
    """Return the state on a clock that was set back: nothing waits longer than a change may.

    Every change falls on the next bar at the latest, so a bar beyond that was stamped on another
    clock, and has long come.
    """
    if state.bar <= next_bar(now_ms):
        return state
    return LoopState(state.playing, bar_at(now_ms), _next_seq(state, now_ms))


def _turned(state: LoopState, now_ms: float, *, playing: bool) -> LoopState:
    if state.playing == playing:
        return state
    still_queued = state.bar > bar_at(now_ms)
    bar = bar_at(now_ms) if still_queued else next_bar(now_ms)
    return LoopState(playing, bar, _next_seq(state, now_ms))


def _next_seq(state: LoopState, now_ms: float) -> int:
    """Grow from the clock, so that a state that was lost is not followed by a smaller number."""
    return max(state.seq + 1, int(now_ms))
