"""While lost jams are rebuilt: claims go ahead, newcomers wait."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from jams.jam import Seat, Standing, Wish
from jams.store import HEALING_MS

from .nodes import Node, node_on

HEALING_SECONDS = 0.6
#: Longer than anything here takes that doesn't wait for the healing.
LONG_SECONDS = 60.0
PROMPT_SECONDS = 10.0


@pytest.fixture
async def node(redis_url: str) -> AsyncIterator[Node]:
    async with node_on(redis_url, "n0") as node:
        yield node


async def test_a_claim_does_not_wait_behind_a_newcomer(node: Node) -> None:
    node.committer.healing_until = time.monotonic() + LONG_SECONDS
    newcomer = asyncio.create_task(node.balancer.join("new", "n0:2"))
    await asyncio.sleep(0)  # the newcomer asks first
    claims = {"ann": Seat("vox", "n0:1")}
    async with asyncio.timeout(PROMPT_SECONDS):
        refreshed = await node.balancer.refresh("lost", claims, "lofi", {"n0:1"})
    assert refreshed.standings == {"ann": Standing.SEATED}
    assert not newcomer.done()
    healed = node.committer.healing_until = time.monotonic() + HEALING_SECONDS
    node.committer._arrived.set()  # it looks at the clock anew
    async with asyncio.timeout(PROMPT_SECONDS):
        assert (await newcomer).jam_id == "lost"
    assert time.monotonic() >= healed


async def test_who_comes_back_with_a_token_does_not_wait_either(node: Node) -> None:
    node.committer.healing_until = time.monotonic() + LONG_SECONDS
    wish = Wish("lost", "vox", "funk", insist=True)
    async with asyncio.timeout(PROMPT_SECONDS):
        placement = await node.balancer.join("ann", "n0:1", wish)
    assert placement[:3] == ("lost", "funk", "vox")


async def test_healing_begins_with_the_first_beat_after_a_loss(node: Node, redis_url: str) -> None:
    async with node_on(redis_url, "n1") as other:
        assert (await node.store.beat()).healing_ms < 0
        await node.store._redis.flushall()
        assert 0 < (await node.store.beat()).healing_ms <= HEALING_MS
        assert 0 < (await other.store.beat()).healing_ms <= HEALING_MS
        assert node.store.epoch == other.store.epoch


async def test_what_another_run_of_redis_has_is_a_loss(node: Node, redis_url: str) -> None:
    """It may be older: a copy on disk, or a replica's."""
    async with Redis.from_url(redis_url) as redis:
        older = "e.anotherRun"
        await redis.set(node.store.keys.epoch, older)
        node.store.epoch = older
        refreshed = await node.balancer.refresh("a", {}, "lofi", set())
        assert refreshed == ({}, None)
        assert node.store.epoch != older
        assert await redis.get(node.store.keys.epoch) == node.store.epoch.encode()
        assert 0 < await redis.pttl(node.store.keys.healing) <= HEALING_MS
