"""When a worker counts as dead, and that the times fit together."""

import asyncio
from collections import deque
from types import SimpleNamespace

import pytest

from jams.clock import ahead_ms, now_ms
from jams.leases import (
    BEAT_SECONDS,
    BLIND_SECONDS,
    LEASE_SECONDS,
    WATCH_SECONDS,
    Leases,
    Watch,
)
from jams.owners import GRACE_SECONDS
from jams.rounds import AUDIT_SECONDS
from jams.shards import Shard, Shards
from jams.store import HEALING_MS, Beat, StoreUnavailable


def watch_for(watch: Watch, seconds: int, counter: int, start: float = 0.0) -> set[str]:
    """Look every second at a node whose counter stays the same; return who is dead at the end."""
    dead: set[str] = set()
    for second in range(seconds + 1):
        dead = watch.observe({"n": counter, "alive": second}, start + second)
    return dead


def test_a_counter_that_stays_the_same_for_a_lease_is_a_dead_worker() -> None:
    assert watch_for(Watch(), int(LEASE_SECONDS), 5) == set()
    assert watch_for(Watch(), int(LEASE_SECONDS) + 1, 5) == {"n"}


def test_a_watcher_that_was_stopped_itself_gives_everybody_a_new_lease() -> None:
    watch = Watch()
    watch_for(watch, 8, 5)
    assert watch.observe({"n": 5}, 8 + BLIND_SECONDS + 100) == set()
    assert watch_for(watch, 8, 5, start=112) == set()


def test_a_counter_that_starts_again_is_a_worker_that_lives() -> None:
    watch = Watch()
    watch_for(watch, 8, 5)
    assert watch.observe({"n": 1}, 9) == set()
    assert watch.observe({"n": 1}, 18) == set()


def test_a_worker_may_miss_beats_and_is_still_gone_within_fifteen_seconds() -> None:
    assert LEASE_SECONDS > 3 * BEAT_SECONDS
    assert LEASE_SECONDS + WATCH_SECONDS + BEAT_SECONDS < 15
    assert BLIND_SECONDS > WATCH_SECONDS


def test_lost_jams_are_rebuilt_before_newcomers_are_seated_again() -> None:
    assert HEALING_MS / 1000 > BEAT_SECONDS
    assert AUDIT_SECONDS <= 10
    assert GRACE_SECONDS == 10


class Beaten:
    """A store in which beats are told what stands here."""

    shard, node = 0, "here"

    def __init__(self, *beats: Beat) -> None:
        self.epoch = ""
        self._beats = deque(beats)

    async def beat(self, known: int) -> Beat:
        self.epoch = self._beats[0].epoch
        return self._beats.popleft()

    async def count_shards(self) -> int:
        return 1


def beaten(epoch: str, counter: int, redis_ahead_ms: float = 0.0) -> Beat:
    return Beat(epoch, counter, -2, 1, now_ms() + redis_ahead_ms)


class FailingUpkeep:
    """Fails to heal so many times."""

    def __init__(self, times: int) -> None:
        self.failures = times
        self.healed = 0

    async def heal(self, shard: int) -> None:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("away again")
        self.healed += 1


def leases_of(store: Beaten, upkeep: FailingUpkeep) -> tuple[Leases, Shards]:
    shard = Shard(store, SimpleNamespace(healing_until=0.0))  # type: ignore[arg-type]

    async def take_part(number: int) -> Shard:
        return shard

    shards = Shards(take_part)
    return Leases(shard, shards, upkeep), shards  # type: ignore[arg-type]


@pytest.mark.parametrize(("theirs", "ahead"), [(90, -10), (100, 0), (105, 0), (110, 0), (120, 10)])
def test_a_clock_is_off_by_what_the_answers_time_does_not_explain(
    theirs: float, ahead: float
) -> None:
    assert ahead_ms(theirs, asked=100, answered=110) == ahead


async def test_clocks_that_disagree_are_reported_once_until_they_agree(
    caplog: pytest.LogCaptureFixture,
) -> None:
    hour = 3_600_000.0
    beats = [beaten("e", 1), *(beaten("e", n, hour) for n in (2, 3)), beaten("e", 4, -hour)]
    leases, shards = leases_of(Beaten(*beats), FailingUpkeep(times=0))
    await shards.look()
    said = []
    for _ in range(4):
        caplog.clear()
        await leases.beat()
        said.append([record.levelname for record in caplog.records])
    assert said == [[], ["ERROR"], [], []]
    leases._compare_clocks(0)
    assert caplog.records[-1].levelname == "WARNING"


async def test_a_healing_that_failed_is_tried_again_at_each_beat_until_it_is_done() -> None:
    beats = [beaten("old", 1), *(beaten("new", number) for number in range(1, 6))]
    upkeep = FailingUpkeep(times=2)
    leases, shards = leases_of(Beaten(*beats), upkeep)
    await shards.look()
    healed = []
    for _ in beats:
        await leases.beat()
        await asyncio.gather(*leases._tasks)
        healed.append(upkeep.healed)
    assert healed == [0, 0, 0, 1, 1, 1]
