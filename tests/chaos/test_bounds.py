"""The constants of time that promises rest on, held against each other."""

from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from jams import (
    committer,
    connections,
    leases,
    owners,
    redis_client,
    relay,
    rounds,
    store,
    worker,
)
from jams.server import keepalive, options
from jams.timeline import BAR_MS, LEAD_MS, LoopState, bar_at, next_bar, reanchored

#: How long anything of a user may outlive a dead line or an unread socket (rule 8).
GONE_SECONDS = 20.0
#: A dead worker's users are gone within so long (rule 5).
REAPED_SECONDS = 15.0
#: After SIGTERM everybody is back within so long (rule 7).
BACK_SECONDS = 5.0


def test_a_lease_outlasts_three_lost_beats() -> None:
    assert leases.LEASE_SECONDS > 3 * leases.BEAT_SECONDS


def test_a_dead_worker_is_reaped_in_time() -> None:
    slowest = leases.LEASE_SECONDS + 2 * leases.WATCH_SECONDS + redis_client.REDIS_SECONDS
    assert slowest < REAPED_SECONDS


def test_a_watcher_that_hung_does_not_judge() -> None:
    assert leases.WATCH_SECONDS < leases.BLIND_SECONDS < leases.LEASE_SECONDS / 2


def test_a_dead_line_is_noticed_and_its_seat_freed_in_time() -> None:
    noticed = 3 * (options.LOOK_SECONDS + keepalive.TICK_SECONDS)
    # Once, the last of those who came in one storm: they are spread over a part of the period.
    noticed += options.LOOK_SECONDS / keepalive._CATCHING_UP
    assert noticed + owners.GRACE_SECONDS < GONE_SECONDS
    # One to which more was sent than it took is the kernel's to notice.
    assert options.UNACKNOWLEDGED_MS / 1000 + owners.GRACE_SECONDS < GONE_SECONDS


def test_an_unread_socket_is_closed_in_time() -> None:
    noticed = connections.SEND_SECONDS + 2 * worker._SWEEP_SECONDS
    assert noticed <= 10
    assert options.UNACKNOWLEDGED_MS / 1000 <= 10


def test_an_unread_socket_holds_little() -> None:
    assert connections.OUTBOX_BYTES <= 1024 * 1024
    assert connections.OUTBOX_FRAMES * settings.JAM_LIMITS.frame_bytes < 5 * 1024 * 1024


def test_who_returns_after_a_deploy_finds_the_lease_of_the_old_worker() -> None:
    goodbye = options.GOODBYE_SECONDS + options.REQUESTS_SECONDS
    assert worker.RECONNECT_MS / 1000 < BACK_SECONDS
    assert goodbye < leases.LEASE_SECONDS
    assert worker.RECONNECT_MS / 1000 < owners.GRACE_SECONDS


def test_every_worker_beats_while_lost_jams_are_rebuilt() -> None:
    assert store.HEALING_MS / 1000 > leases.BEAT_SECONDS + 0.5


def test_a_newcomer_outwaits_the_rebuilding() -> None:
    assert committer.PATIENCE_SECONDS > store.HEALING_MS / 1000


def test_a_lost_event_is_repaired_before_a_page_calls_the_line_dead() -> None:
    assert rounds.AUDIT_SECONDS <= 10
    assert relay._RETRY_SECONDS < leases.BEAT_SECONDS


times = st.floats(0, 4e12)


@given(st.booleans(), times, st.floats(0, 1e9))
def test_a_clock_set_back_leaves_nobody_waiting(playing: bool, now: float, back: float) -> None:  # noqa: FBT001
    state = LoopState(playing, next_bar(now), 1)
    later = reanchored(state, now - back)
    assert later.playing == playing
    assert later.bar <= next_bar(now - back)
    assert later.seq > state.seq or later == state


@given(st.booleans(), times, st.floats(0, BAR_MS + LEAD_MS))
def test_a_change_that_is_due_is_left_alone(playing: bool, now: float, passed: float) -> None:  # noqa: FBT001
    state = LoopState(playing, next_bar(now), 1)
    assert reanchored(state, now + passed) == state
    assert reanchored(LoopState(playing, bar_at(now), 1), now).bar == bar_at(now)
