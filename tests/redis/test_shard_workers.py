"""Workers in several shards: whom they reap, heal and free, and where."""

import asyncio
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from jams import leases, rounds
from jams.connections import QueuedConnection
from jams.jam import Placement, Wish
from jams.jam_ids import shard_of
from jams.shards import Shard
from jams.store import HEALING_MS, Keys, StoreUnavailable
from jams.worker import Worker

from .nodes import DEADLINE_SECONDS, Home, until

pytestmark = pytest.mark.usefixtures("_settings_of_home", "_quick_leases")


@pytest.fixture
def _quick_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases of a second: a dead worker is gone soon."""
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(leases, "WATCH_SECONDS", 0.1)
    monkeypatch.setattr(leases, "LEASE_SECONDS", 1.0)
    monkeypatch.setattr(rounds, "AUDIT_SECONDS", 0.5)


async def fill(worker: Worker, mark: str, shards: int = 2) -> dict[str, str]:
    """Seat users at a worker till each shard has some; return their jams."""
    seats: dict[str, str] = {}
    async with asyncio.timeout(DEADLINE_SECONDS):
        while {shard_of(jam_id) for jam_id in seats.values()} != set(range(shards)):
            connection = QueuedConnection(nowhere, lambda: None)
            user = f"{mark}{len(seats)}"
            wish = Wish(await worker.balancer.current_jam())
            seats[user] = (
                await worker.presence.enter(user, wish, "", connection)
            ).attendance.jam_id
            await asyncio.sleep(0)
    return seats


async def nowhere(event: dict[str, Any]) -> None:
    """Where a socket's events go that nobody reads."""


async def until_seated(worker: Worker, seats: dict[str, str]) -> None:
    """Wait until just these users are seated."""

    async def are_seated() -> bool:
        return dict((await worker.balancer.snapshot()).seats) == seats

    await until(are_seated)


async def beats_alone(worker: Worker, shard: Shard) -> bool:
    return list(await shard.store.counters()) == [worker.node]


async def test_a_dead_worker_is_reaped_in_every_shard_and_a_live_one_in_none() -> None:
    dead, alive = Worker(), Worker()
    try:
        await dead.start()
        await alive.start()
        await dead.balancer.add_shard()
        stay, go = await fill(alive, "stay"), await fill(dead, "go")
        assert dict((await alive.balancer.snapshot()).seats) == stay | go
        for its in dead._leases:
            await its.stop()  # as if it had been killed: it beats no more, and says nothing
        await dead._rounds.stop()
        await until_seated(alive, stay)
        for shard in alive._shards:
            await until(partial(beats_alone, alive, shard))
    finally:
        await dead.stop()
        await alive.stop()


async def test_after_a_loss_every_shard_is_healed_and_there_are_as_many(home: Home) -> None:
    workers = [Worker(), Worker()]
    try:
        for worker in workers:
            await worker.start()
        await workers[0].balancer.add_shard()
        seats = await fill(workers[0], "a") | await fill(workers[1], "b")
        with home.connect_sync() as redis:
            redis.flushall()
        await until_seated(workers[0], seats)
        newcomer = asyncio.create_task(fill(workers[1], "late"))
        seats |= await asyncio.wait_for(newcomer, HEALING_MS / 1000 + DEADLINE_SECONDS)
        await until_seated(workers[1], seats)
        assert await workers[0]._shards[0].store.count_shards() == 2
    finally:
        for worker in workers:
            await worker.stop()


async def test_a_loss_in_one_shard_touches_no_other(home: Home) -> None:
    worker = Worker()
    healed: list[int] = []
    try:
        await worker.start()
        await worker.balancer.add_shard()
        seats = await fill(worker, "a")
        heal = worker.presence.upkeep.heal

        async def counted(shard: int) -> None:
            await heal(shard)
            healed.append(shard)

        worker.presence.upkeep.heal = counted  # type: ignore[method-assign]
        with home.connect_sync() as redis:
            for key in vars(Keys(1)).values():
                with suppress(TypeError):
                    redis.delete(key)
        await until(lambda: bool(healed))
        jam_of = {shard_of(jam_id): jam_id for jam_id in seats.values()}
        assert worker.balancer.is_rebuilding(jam_of[1])
        assert not worker.balancer.is_rebuilding(jam_of[0])
        await until_seated(worker, seats)
        assert set(healed) == {1}
    finally:
        await worker.stop()


async def test_who_could_not_enter_is_freed_in_the_shard_of_the_wish(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("jams.owners.GRACE_SECONDS", 0.1)
    worker = Worker()
    try:
        await worker.start()
        await worker.balancer.add_shard()
        seats = await fill(worker, "a")

        async def broken(placement: Placement) -> None:
            raise StoreUnavailable("just now")

        worker.presence._rosters.enter = broken  # type: ignore[method-assign, assignment]
        for jam_id in seats.values():
            connection = QueuedConnection(nowhere, lambda: None)
            with pytest.raises(StoreUnavailable):
                await worker.presence.enter(f"late in {jam_id}", Wish(jam_id), "", connection)
        await until_seated(worker, seats)
        await until(lambda: worker.presence._owners.waiting() == 0)
    finally:
        await worker.stop()
