"""The Redis between the processes may be away, even when they start: visitors are seated."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from loops_project.embedded_redis import EmbeddedRedis
from tests.chaos.redis_process import RedisProcess
from tests.processes import ServerProcess, wait_until

from .serving import serve
from .visitors import visit

#: Each process hears a channel of its own and a group.
SUBSCRIPTIONS = 4
HEARD_SECONDS = 10.0


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[RedisProcess]:
    """A Redis that doesn't run yet."""
    folder = tmp_path / "relay"
    folder.mkdir()
    redis = RedisProcess(folder)
    yield redis
    redis.kill()


@pytest.fixture
def servers(tmp_path: Path, relay: RedisProcess) -> Iterator[tuple[ServerProcess, ServerProcess]]:
    folders = [tmp_path / name for name in ("left", "right")]
    for folder in folders:
        folder.mkdir()
    with (
        EmbeddedRedis() as redis,
        serve(folders[0], redis.url, RELAY_REDIS_URLS=relay.url) as left,
        serve(folders[1], redis.url, RELAY_REDIS_URLS=relay.url) as right,
    ):
        yield left, right


async def test_processes_that_start_without_it_seat_visitors_and_find_each_other_later(
    servers: tuple[ServerProcess, ServerProcess], relay: RedisProcess
) -> None:
    left, right = servers
    async with await visit(left.url) as ann, await visit(right.url, ann.jam_id) as bob:
        assert bob.jam_id == ann.jam_id
        relay.start()
        await asyncio.to_thread(
            wait_until,
            lambda: len(relay.subscriptions()) == SUBSCRIPTIONS,
            HEARD_SECONDS,
            "both processes at the relay",
        )
        await ann.expect("user_joined")  # found by an audit: nobody could tell
        for actor, listener in ((ann, bob), (bob, ann)):
            await actor.send("play")
            await listener.expect("loop_played", user_id=actor.user_id)
