"""Bars, and what a start or a stop means for them."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from jams.timeline import (
    BAR_MS,
    LEAD_MS,
    LoopState,
    bar_at,
    next_bar,
    started,
    stopped,
    swapped,
)

times = st.floats(0, 4e12, allow_nan=False)


def sounds(state: LoopState, at_ms: float) -> bool:
    """Return what is heard of a loop at a moment."""
    return state.playing if state.bar <= bar_at(at_ms) else not state.playing


@given(times)
def test_the_next_bar_is_the_first_that_begins_late_enough(now_ms: float) -> None:
    bar = next_bar(now_ms)
    assert bar * BAR_MS >= now_ms + LEAD_MS
    assert (bar - 1) * BAR_MS < now_ms + LEAD_MS


def test_a_start_is_heard_from_the_next_bar_on() -> None:
    now_ms = 10 * BAR_MS + 1.0
    state = started(LoopState(), now_ms)
    assert (state.playing, state.bar) == (True, 11)
    assert not sounds(state, now_ms)
    assert sounds(state, 11 * BAR_MS)


def test_too_late_for_the_next_bar_is_the_one_after() -> None:
    assert started(LoopState(), 11 * BAR_MS - LEAD_MS + 1).bar == 12


def test_a_queued_start_is_called_off_by_a_stop_and_never_heard() -> None:
    now_ms = 10 * BAR_MS + 1.0
    state = stopped(started(LoopState(), now_ms), now_ms + 100)
    assert not any(sounds(state, ms) for ms in (now_ms + 100, 11 * BAR_MS, 20 * BAR_MS))


def test_a_queued_stop_is_called_off_by_a_start_without_a_gap() -> None:
    playing = LoopState(playing=True, bar=5, seq=1)
    now_ms = 10 * BAR_MS + 1.0
    state = started(stopped(playing, now_ms), now_ms + 100)
    assert all(sounds(state, ms) for ms in (now_ms + 100, 11 * BAR_MS, 20 * BAR_MS))


def test_a_loop_that_plays_is_swapped_at_the_next_bar_and_a_silent_one_stays_silent() -> None:
    now_ms = 10 * BAR_MS + 1.0
    assert swapped(LoopState(playing=True, bar=5), now_ms)[:2] == (True, 11)
    assert swapped(LoopState(playing=False, bar=5), now_ms)[:2] == (False, 5)


@given(
    st.lists(
        st.tuples(st.sampled_from([started, stopped, swapped]), st.floats(0, 5_000)), max_size=30
    )
)
def test_states_are_numbered_and_a_change_never_undoes_what_was_heard(
    asked: list[tuple[Callable[[LoopState, float], LoopState], float]],
) -> None:
    now_ms, state = 1e9, LoopState()
    for change, later_ms in asked:
        now_ms += later_ms
        before, state = state, change(state, now_ms)
        if state != before:
            assert state.seq > before.seq
        # What sounds at this moment goes on till a bar that is far enough away.
        if change is not swapped:
            assert sounds(state, now_ms) == sounds(before, now_ms)


@given(times, times)
def test_a_wall_clock_that_jumps_back_does_not_take_the_numbers_back(a: float, b: float) -> None:
    first = started(LoopState(), a)
    assert stopped(first, b).seq > first.seq
