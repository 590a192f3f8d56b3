"""The balancer on the real store: what several workers see of each other, and of a sick Redis."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from redis.asyncio import Redis

from jams.balancer import JamBalancer, SyncJamBalancer
from jams.collection import JamCollection
from jams.committer import MAX_ATTEMPTS
from jams.jam import FreshJam, Placement, Seat, Standing, Wish
from jams.planning import Operation
from jams.store import StoreContention, StoreUnavailable
from loops_project.embedded_redis import EmbeddedRedis

from .nodes import Node, node_on


@pytest.fixture
async def nodes(redis_url: str) -> AsyncIterator[list[Node]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(node_on(redis_url, f"n{n}")) for n in range(6)]


@pytest.fixture
def node(nodes: list[Node]) -> Node:
    return nodes[0]


async def test_newcomers_of_different_workers_at_the_same_moment_share_one_jam(
    nodes: list[Node],
) -> None:
    for round_number in range(5):
        placements = await asyncio.gather(
            *(node.balancer.join(f"u{round_number}", f"n{n}:1") for n, node in enumerate(nodes)),
            *(node.balancer.join(f"v{n}", f"n{n}:2") for n, node in enumerate(nodes)),
        )
        assert len({placement.jam_id for placement in placements}) == 1
        jam_id = placements[0].jam_id
        for user in [f"u{round_number}", *(f"v{n}" for n in range(len(nodes)))]:
            assert await nodes[0].balancer.remove_user(jam_id, user)


async def test_a_page_view_writes_nothing(node: Node, redis_url: str) -> None:
    async with Redis.from_url(redis_url) as redis:
        before = sorted(await redis.keys())
        assert await node.balancer.current_jam() != await node.balancer.current_jam()
        assert sorted(await redis.keys()) == before
    placement = await node.balancer.join("ann", "n0:1")
    assert await node.balancer.current_jam() == placement.jam_id


async def test_an_operation_planned_under_a_past_epoch_is_refused_and_planned_again(
    node: Node, redis_url: str
) -> None:
    before = await node.balancer.join("ann", "n0:1")
    async with Redis.from_url(redis_url) as redis:
        await redis.flushall()
    after = await node.balancer.join("bob", "n0:2")
    assert before.jam_id != after.jam_id
    assert (await node.balancer.snapshot()).seats == {"bob": after.jam_id}


async def test_a_worker_that_was_given_up_beats_before_it_commits(
    nodes: list[Node], redis_url: str
) -> None:
    await nodes[1].store.forget_node("n0")
    await nodes[0].balancer.join("ann", "n0:1")
    assert await nodes[1].store.counters() == dict.fromkeys([f"n{n}" for n in range(6)], 1)


async def test_refresh_claims_what_was_lost_and_frees_ghosts(node: Node, redis_url: str) -> None:
    jam_id, kit, *_ = await node.balancer.join("ghost", "n0:1")
    claims = {"ann": Seat("vox", "n0:2")}
    refreshed = await node.balancer.refresh(jam_id, claims, kit, {"n0:2"})
    assert refreshed.standings == {"ann": Standing.SEATED}
    assert refreshed.jam is not None
    assert refreshed.jam.users == claims


async def test_refresh_claims_nothing_for_a_connection_that_has_given_up(node: Node) -> None:
    jam_id, kit, loop, *_ = await node.balancer.join("ann", "n0:1")
    claims = {"ann": Seat(loop, "n0:1")}
    refreshed = await node.balancer.refresh(jam_id, claims, kit, set())
    assert refreshed == ({}, None)
    assert (await node.balancer.snapshot()).jams == {}


async def test_a_jam_of_older_data_is_taken_over_in_one_commit_or_two(nodes: list[Node]) -> None:
    here, there = nodes[:2]
    old = await there.balancer.join("bob", "n1:1")
    await here.balancer.join("ann", "n0:1", Wish(old.jam_id))
    claims = {"ann": Seat("vox", "n0:2")}
    refreshed = await here.balancer.refresh("elsewhere", claims, "lofi", {"n0:2"})
    assert refreshed.standings == {"ann": Standing.SEATED}
    assert (await there.balancer.snapshot()).seats == {"ann": "elsewhere", "bob": old.jam_id}


async def test_a_member_of_the_open_index_without_a_jam_stops_nobody(
    node: Node, redis_url: str
) -> None:
    async with Redis.from_url(redis_url) as redis:
        await redis.zadd(node.store.keys.open, {"gone": 1e13})
        placement = await node.balancer.join("ann", "n0:1")
        assert await redis.zrange(node.store.keys.open, 0, -1) == [placement.jam_id.encode()]


async def test_who_may_not_join_the_fullest_jams_joins_another_that_has_room(
    redis_url: str,
) -> None:
    async with node_on(redis_url, "n0", address_limit=3) as node:
        join = node.balancer.join
        for jam_id in ("a", "b"):
            for number in range(3):
                wish = Wish(jam_id, insist=True)
                await join(f"{jam_id}{number}", f"n0:{jam_id}{number}", wish, "school")
        await join("stranger", "n0:s", Wish("c", insist=True), "elsewhere")
        assert (await join("pupil", "n0:p", address="school")).jam_id == "c"


async def test_what_a_user_asks_for_after_something_that_waits_waits_as_well(node: Node) -> None:
    """Or a claim of all users of a jam would be overtaken by the leave of one of them."""
    jam_id, kit, *_ = await node.balancer.join("ann", "n0:1")
    await node.balancer.join("bob", "n0:2", Wish(jam_id))
    claims = {"ann": Seat("drums", "n0:1"), "bob": Seat("percussion", "n0:2")}
    await asyncio.gather(
        node.balancer.swap_loop(jam_id, "ann", "n0:1", "vox"),
        node.balancer.refresh(jam_id, claims, kit, {"n0:1", "n0:2"}),
        node.balancer.remove_user(jam_id, "bob", "n0:2"),
    )
    assert list((await node.balancer.snapshot()).seats) == ["ann"]


async def test_losing_every_race_is_an_error_with_a_name(node: Node) -> None:
    placement = await node.balancer.join("ann", "n0:1")
    attempts = 0

    def always_late(jams: JamCollection, fresh: FreshJam) -> tuple[JamCollection, None]:
        nonlocal attempts
        attempts += 1
        # Planned on a jam that looks different from what the store has.
        after, _ = jams.add_user(f"bob{attempts}", "n0:2", fresh, Wish(placement.jam_id))
        return after, None

    wrong_view = Operation(always_late, ("bob",), (placement.jam_id,))
    read = node.store.read

    async def stale_read(operations: list[Operation]) -> object:
        view = await read(operations)
        return type(view)(
            {placement.jam_id: b"not what is there"},
            view.seats,
            view.collection,
            view.jams_made,
        )

    node.store.read = stale_read  # type: ignore[method-assign, assignment]
    with pytest.raises(StoreContention):
        await node.committer.submit(wrong_view)
    assert attempts == MAX_ATTEMPTS


async def test_without_redis_newcomers_are_told_and_leaves_are_not_forgotten() -> None:
    with EmbeddedRedis() as server:
        async with node_on(server.url, "n0") as node:
            placement = await node.balancer.join("ann", "n0:1")
            redis_pid = await _redis_pid(server.url)
            os.kill(redis_pid, signal.SIGSTOP)
            try:
                leaving = asyncio.create_task(node.balancer.remove_user(placement.jam_id, "ann"))
                began = time.monotonic()
                with pytest.raises(StoreUnavailable):
                    await node.balancer.join("bob", "n0:2")
                assert time.monotonic() - began < 10
                assert not leaving.done()
            finally:
                os.kill(redis_pid, signal.SIGCONT)
            assert await leaving
            assert (await node.balancer.join("bob", "n0:2")) == Placement(
                (await node.balancer.current_jam()), "funk", "drums", made_jam=True
            )


def test_the_sync_face_sees_the_same_jams_and_changes_none(redis_url: str) -> None:
    balancer = SyncJamBalancer(lambda: Redis.from_url(redis_url))
    assert balancer.snapshot().stats() == (0, 0, ())

    async def seat() -> Placement:
        async with node_on(redis_url, "n0") as node:
            return await node.balancer.join("ann", "n0:1")

    placement = asyncio.run(seat())
    assert balancer.snapshot().seats == {"ann": placement.jam_id}
    assert balancer.call(JamBalancer.current_jam) == placement.jam_id
    with pytest.raises(NotImplementedError):
        balancer.call(lambda asked: asked.remove_user(placement.jam_id, "ann"))
    assert balancer.snapshot().seats == {"ann": placement.jam_id}


def test_the_sync_face_says_when_redis_is_away() -> None:
    balancer = SyncJamBalancer(lambda: Redis.from_url("unix:///nowhere/redis.sock"))
    with pytest.raises(StoreUnavailable):
        balancer.snapshot()


async def _redis_pid(url: str) -> int:
    async with Redis.from_url(url) as redis:
        info = await redis.info("server")
        return int(info["process_id"])
