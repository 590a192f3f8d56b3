"""A master of a Redis Cluster dies, and its replica takes over, while people make music."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest
from redis import RedisCluster

from jams.jam_ids import shard_of
from jams.loops import CAPACITY
from jams.store import Keys
from loops_project.embedded_redis import EmbeddedRedis
from tests.process.serving import seats_in, serve
from tests.process.visitors import Visitor, page_data, visit
from tests.processes import ServerProcess, wait_until
from tests.redis_cluster import redis_cluster

Measured = Callable[[str, str, str], None]
#: A master counts as gone after 2 s; then the others vote.
FAILOVER_SECONDS = 20.0
SHARD = 1


def suggests_the_shard(house: ServerProcess) -> bool:
    return shard_of(page_data(house.url)["jam_id"]) == SHARD


def fullest_jam_of_the_shard(visitors: list[Visitor]) -> list[Visitor]:
    jams = defaultdict[str, list[Visitor]](list)
    for visitor in visitors:
        if shard_of(visitor.jam_id) == SHARD:
            jams[visitor.jam_id].append(visitor)
    return max(jams.values(), key=len)


async def play(player: Visitor, jam: list[Visitor]) -> float:
    """Start a loop; return after how many seconds everybody of the jam has heard of it."""
    began = time.monotonic()
    await player.send("play")
    for visitor in jam:
        await visitor.expect("loop_played", user_id=player.user_id)
    return time.monotonic() - began


def holds(redis: RedisCluster, seats: dict[str, tuple[str, str]], player: Visitor) -> bool:
    """Tell whether just these seats are taken, and what a player plays is kept."""
    kept = bool(redis.hexists(Keys(SHARD).state(player.jam_id), player.user_id))
    return kept and seats_in(redis) == seats


@pytest.mark.long
async def test_a_replica_takes_over_and_nobody_is_moved(tmp_path: Path, measured: Measured) -> None:
    with (
        redis_cluster(replicas=True) as cluster,
        EmbeddedRedis() as relay,
        serve(
            tmp_path, cluster.url, "--workers", "2", REDIS_CLUSTER="1", RELAY_REDIS_URLS=relay.url
        ) as house,
    ):
        house.manage("add_shard")
        wait_until(lambda: suggests_the_shard(house), FAILOVER_SECONDS, "a page of the new shard")
        async with AsyncExitStack() as stack:
            visitors = [
                await stack.enter_async_context(await visit(house.url)) for _ in range(4 * CAPACITY)
            ]
            jam = fullest_jam_of_the_shard(visitors)
            with RedisCluster.from_url(cluster.url) as redis:
                seats = seats_in(redis)
                slot = redis.keyslot(Keys(SHARD).jams)
            cluster.kill_master_of(slot)
            killed = time.monotonic()
            late = await play(jam[0], jam)
            assert not suggests_the_shard(house), "a page of a shard that is away"
            back = (
                (lambda: suggests_the_shard(house)),
                FAILOVER_SECONDS,
                "a page of the shard again",
            )
            await asyncio.to_thread(wait_until, *back)
            newcomer = await stack.enter_async_context(await visit(house.url, jam[0].jam_id))
            took = time.monotonic() - killed
            assert shard_of(newcomer.jam_id) == SHARD
            seats[newcomer.user_id] = newcomer.jam_id, newcomer.loop

            with RedisCluster.from_url(cluster.url) as redis:
                # What the replica hadn't heard of comes from the workers.
                whole = partial(holds, redis, seats, jam[0]), FAILOVER_SECONDS, "all as before"
                await asyncio.to_thread(wait_until, *whole)
            for visitor in visitors:
                await visitor.expect_nothing_but("user_joined", "loop_played")
            measured(
                "a cluster's master is killed, 28 users",
                "nobody moved; starts go on; newcomers once its replica has taken over",
                f"nobody; a start after {late * 1000:.0f} ms; a newcomer after {took:.1f} s",
            )
