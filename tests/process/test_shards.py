"""A shard is added to a server while people play, on one Redis and on a cluster."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from redis import Redis, RedisCluster

from jams.jam_ids import shard_of
from jams.leases import LEASE_SECONDS
from jams.loops import CAPACITY
from loops_project.embedded_redis import EmbeddedRedis
from tests.processes import ServerProcess, wait_until

from .serving import seats_in, serve, worker_pids
from .visitors import Visitor, come_back, page_data, visit, visitors_at

#: A worker's next beat, and a moment.
KNOWN_SECONDS = 10.0
#: A worker that was stopped for a moment gives the dead one another lease.
FREED_SECONDS = 3 * LEASE_SECONDS
#: They play without a pause.
LIMITS = {"JAM_MESSAGES_PER_SECOND": "10000", "JAM_MESSAGE_BURST": "10000"}


@pytest.fixture(params=["server", "cluster"])
def server(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[ServerProcess, "Redis | RedisCluster"]]:
    """The production server with two workers, and a client of the Redis that its jams live in."""
    if request.param == "server":
        with (
            EmbeddedRedis() as redis,
            Redis.from_url(redis.url) as client,
            serve(tmp_path, redis.url, "--workers", "2", **LIMITS) as process,
        ):
            yield process, client
    else:
        url = request.getfixturevalue("redis_cluster_url")
        with (
            RedisCluster.from_url(url) as cluster,
            serve(tmp_path, url, "--workers", "2", REDIS_CLUSTER="1", **LIMITS) as process,
        ):
            yield process, cluster


def seats_of(visitors: Sequence[Visitor]) -> dict[str, tuple[str, str]]:
    return {visitor.user_id: (visitor.jam_id, visitor.loop) for visitor in visitors}


async def play_and_stop(jam: Sequence[Visitor], times: int) -> None:
    """Let everybody in a jam start and stop, and everybody hear each of it once and in order."""
    for _ in range(times):
        for actor in jam:
            for verb, event in (("play", "loop_played"), ("stop", "loop_stopped")):
                await actor.send(verb)
                heard = [await other.expect(event, user_id=actor.user_id) for other in jam]
                assert all(message == heard[0] for message in heard)


@asynccontextmanager
async def playing(jams: Sequence[Sequence[Visitor]]) -> AsyncIterator[None]:
    """Whoever is in these jams starts and stops for as long as the block lasts."""
    ended = asyncio.Event()

    async def go_on(jam: Sequence[Visitor]) -> None:
        while not ended.is_set():
            await play_and_stop(jam, 1)

    async with asyncio.TaskGroup() as group:
        for jam in jams:
            group.create_task(go_on(jam))
        try:
            yield
        finally:
            ended.set()


async def seat_newcomers(server: ServerProcess, stack: AsyncExitStack) -> list[Visitor]:
    """Two jams' worth of people and more, in both shards."""
    newcomers = [await stack.enter_async_context(await visit(server.url)) for _ in range(24)]
    shards = [shard_of(newcomer.jam_id) for newcomer in newcomers]
    assert set(shards) == {0, 1}
    return newcomers


async def test_a_shard_is_added_while_people_play(
    server: tuple[ServerProcess, "Redis | RedisCluster"],
) -> None:
    house, redis = server
    async with AsyncExitStack() as stack:
        first = [
            await stack.enter_async_context(await visit(house.url)) for _ in range(3 * CAPACITY)
        ]
        jams = [first[n : n + CAPACITY] for n in range(0, len(first), CAPACITY)]
        assert all(len({visitor.jam_id for visitor in jam}) == 1 for jam in jams)
        assert {shard_of(visitor.jam_id) for visitor in first} == {0}
        for jam in jams:
            for number, visitor in enumerate(jam, 1):
                for _ in jam[number:]:
                    await visitor.expect("user_joined")

        async with playing(jams):
            await asyncio.to_thread(house.manage, "add_shard")
            await asyncio.to_thread(wait_until_offered, house)
            newcomers = await seat_newcomers(house, stack)

        for visitor in first:
            await visitor.expect_nothing_but("loop_played", "loop_stopped")
            assert {message["type"] for message in visitor.passed_over} <= {
                "loop_played",
                "loop_stopped",
            }
        assert seats_in(redis) == seats_of([*first, *newcomers])
        await come_back_to_the_new_shard(house, newcomers, stack)
        assert seats_in(redis) == seats_of([*first, *newcomers])
        await lose_a_worker(house, redis, [*first, *newcomers], stack)


def wait_until_offered(house: ServerProcess) -> None:
    """Wait until pages suggest jams of the second shard."""
    wait_until(
        lambda: shard_of(page_data(house.url)["jam_id"]) == 1, KNOWN_SECONDS, "a page of shard 1"
    )


async def come_back_to_the_new_shard(
    house: ServerProcess, newcomers: list[Visitor], stack: AsyncExitStack
) -> None:
    """A token brings its user back to the seat, at whichever worker."""
    for number, visitor in enumerate(newcomers):
        if shard_of(visitor.jam_id) == 1:
            await visitor.drop()
            back = await stack.enter_async_context(await come_back(house.url, visitor))
            assert seats_of([back]) == seats_of([visitor])
            newcomers[number] = back


async def lose_a_worker(
    house: ServerProcess,
    redis: "Redis | RedisCluster",
    visitors: list[Visitor],
    stack: AsyncExitStack,
) -> None:
    """Of a killed worker's users some come back; the others' seats are freed, in each shard."""
    at = {pid: visitors_at(pid, visitors) for pid in worker_pids(house)}
    pid = max(at, key=lambda pid: sum(shard_of(visitor.jam_id) for visitor in at[pid]))
    hit, untouched = at[pid], [visitor for visitor in visitors if visitor not in at[pid]]
    lost = [
        *[visitor for visitor in hit if shard_of(visitor.jam_id) == 0][::2],
        *[visitor for visitor in hit if shard_of(visitor.jam_id) == 1][::2],
    ]
    assert {shard_of(visitor.jam_id) for visitor in lost} == {0, 1}
    os.kill(pid, signal.SIGKILL)
    back = []
    for visitor in hit:
        await visitor.expect_close()
        if visitor not in lost:
            back.append(await stack.enter_async_context(await come_back(house.url, visitor)))
    stay = seats_of([*untouched, *back])
    assert seats_of(back).items() <= seats_of(hit).items()
    freed = (lambda: seats_in(redis) == stay), FREED_SECONDS, "the seats of the lost ones freed"
    await asyncio.to_thread(wait_until, *freed)
    for visitor in [*untouched, *back]:
        await visitor.expect_nothing_but(
            "user_joined", "user_left", "user_away", "user_back", "loop_played", "loop_stopped"
        )
