"""One jam in two processes: nobody in it can tell, wherever these tell each other of it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from jams.loops import CAPACITY, LOOPS
from loops_project.embedded_redis import EmbeddedRedis
from tests.processes import ServerProcess, wait_until

from .serving import seats_in, serve
from .visitors import Visitor, come_back, visit

MEETINGS = 12
#: An audit would find the other as well, within ten seconds.
BEFORE_AN_AUDIT_SECONDS = 3.0
#: Longer than a commit takes on a busy machine; shorter than a seat is kept for who was cut off.
SEATS_FREE_SECONDS = 8.0


@pytest.fixture(scope="module", params=[0, 2], ids=["one Redis", "two more for the relay"])
def servers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[ServerProcess, ...]]:
    """Two servers of one process each, on one state."""
    with ExitStack() as stack:
        redis = stack.enter_context(EmbeddedRedis())
        relays = [stack.enter_context(EmbeddedRedis()).url for _ in range(request.param)]
        variables = {"RELAY_REDIS_URLS": ",".join(relays)} if relays else {}
        folders = [tmp_path_factory.mktemp(name) for name in ("left", "right")]
        yield tuple(
            stack.enter_context(serve(folder, redis.url, **variables)) for folder in folders
        )


def wait_until_nobody_is_seated(servers: tuple[ServerProcess, ...]) -> None:
    """Wait for the commits that free the seats of who left: each process makes its own."""
    with Redis.from_url(servers[0].environment["REDIS_URL"]) as redis:
        wait_until(lambda: not seats_in(redis), SEATS_FREE_SECONDS, "all seats free")


@pytest.fixture
async def ann_and_bob(
    servers: tuple[ServerProcess, ...],
) -> AsyncIterator[tuple[Visitor, Visitor]]:
    """Two users of one jam, each at another process."""
    left, right = servers
    async with await visit(left.url) as ann, await visit(right.url, ann.jam_id) as bob:
        assert bob.jam_id == ann.jam_id
        assert bob.loop != ann.loop
        joined = await ann.expect("user_joined")
        assert joined["user"]["user_id"] == bob.user_id
        yield ann, bob
        for visitor in (ann, bob):
            if visitor.socket.close_code is None:
                await visitor.leave()


async def test_what_one_does_the_other_hears(ann_and_bob: tuple[Visitor, Visitor]) -> None:
    ann, bob = ann_and_bob
    for actor, listener in ((ann, bob), (bob, ann)):
        await actor.send("play")
        played = await actor.expect("loop_played", user_id=actor.user_id)
        assert await listener.expect("loop_played", user_id=actor.user_id) == played
        await actor.send("stop")
        stopped = await actor.expect("loop_stopped", user_id=actor.user_id)
        assert await listener.expect("loop_stopped", user_id=actor.user_id) == stopped
    await ann.send("swap", loop="vox")
    await bob.expect("loop_swapped", user_id=ann.user_id, loop="vox")


async def test_processes_that_know_each_other_have_nothing_more_to_say(
    servers: tuple[ServerProcess, ...], ann_and_bob: tuple[Visitor, Visitor]
) -> None:
    ann, bob = ann_and_bob
    await ann.send("play")
    await bob.expect("loop_played")
    hosts = {server.environment["REDIS_URL"] for server in servers} | {
        url
        for server in servers
        for url in server.environment.get("RELAY_REDIS_URLS", "").split(",")
        if url
    }

    async def published() -> int:
        count = 0
        for host in hosts:
            async with AsyncRedis.from_url(host) as redis:
                stats = await redis.info("commandstats")
                count += stats.get("cmdstat_publish", {}).get("calls", 0)
        return count

    before = await published()
    with pytest.raises(TimeoutError):
        await bob.expect("anything", within=1.0)
    # An audit may fall into this second; it repeats a handful of events.
    assert await published() - before < 20


async def test_who_meets_the_jam_first_in_a_process_knows_what_everybody_plays(
    servers: tuple[ServerProcess, ...],
) -> None:
    left, right = servers
    async with await visit(left.url) as ann:
        await ann.send("play")
        played = await ann.expect("loop_played")
        async with await visit(right.url, ann.jam_id) as bob:
            await bob.knows(played)
            await bob.leave()
            await ann.expect("user_left", user_id=bob.user_id)
        await ann.leave()


async def test_a_seat_goes_over_to_a_connection_at_the_other_process(
    servers: tuple[ServerProcess, ...], ann_and_bob: tuple[Visitor, Visitor]
) -> None:
    ann, bob = ann_and_bob
    left, _ = servers
    async with await come_back(left.url, bob) as again:
        assert (again.user_id, again.loop) == (bob.user_id, bob.loop)
        assert await bob.expect_close() == 4408
        await ann.expect("user_back", user_id=bob.user_id)
        assert "user_left" not in {m["type"] for m in await ann.expect_nothing_but("user_joined")}
        await again.send("play")
        await ann.expect("loop_played", user_id=bob.user_id)
        await again.leave()
        await ann.expect("user_left", user_id=bob.user_id)


async def test_a_dropped_user_comes_back_at_the_other_process_and_keeps_playing(
    servers: tuple[ServerProcess, ...], ann_and_bob: tuple[Visitor, Visitor]
) -> None:
    ann, bob = ann_and_bob
    left, _ = servers
    await bob.send("play")
    played = await ann.expect("loop_played")
    await bob.drop()
    await ann.expect("user_away", user_id=bob.user_id)
    async with await come_back(left.url, bob) as again:
        await ann.expect("user_back", user_id=bob.user_id)
        await again.knows(played)
        await again.leave()
        await ann.expect("user_left", user_id=bob.user_id)


async def test_who_come_to_a_new_jam_by_both_at_once_find_each_other(
    servers: tuple[ServerProcess, ...],
) -> None:
    for number in range(MEETINGS):
        visits = (visit(server.url, f"new-{number}", invite=True) for server in servers)
        ann, bob = await asyncio.gather(*visits)
        async with ann, bob:
            for visitor, other in ((ann, bob), (bob, ann)):
                if other.user_id not in {user["user_id"] for user in visitor.joined["users"]}:
                    joined = await visitor.expect("user_joined", within=BEFORE_AN_AUDIT_SECONDS)
                    assert joined["user"]["user_id"] == other.user_id
            for visitor in (ann, bob):
                await visitor.leave()


async def test_visitors_of_both_fill_one_jam_before_the_next(
    servers: tuple[ServerProcess, ...],
) -> None:
    wait_until_nobody_is_seated(servers)
    visitors = [await visit(servers[number % 2].url) for number in range(CAPACITY + 1)]
    try:
        *seven, eighth = visitors
        assert {visitor.jam_id for visitor in seven} == {seven[0].jam_id}
        assert [visitor.loop for visitor in seven] == list(LOOPS)
        assert eighth.jam_id != seven[0].jam_id
        await seven[0].send("play")
        for visitor in seven[1:]:
            await visitor.expect("loop_played", user_id=seven[0].user_id)
        assert await eighth.expect_nothing_but() == []
    finally:
        for visitor in visitors:
            await visitor.leave()
