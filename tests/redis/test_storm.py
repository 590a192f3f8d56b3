"""Several processes at once, and every commit they made looked at afterwards."""

import json
import math
import subprocess
import sys
from typing import cast

import pytest

from jams.loops import CAPACITY
from jams.store import Keys
from tests.processes import REPOSITORY

from .commit_log import KEYS, Replay, replay
from .nodes import Home

PROCESSES = 4
STORM_SECONDS = 120


def storm(home: Home, kind: str, count: int, seed: int = 0) -> list[dict[str, int]]:
    """Run a part in each of the processes at the same time; return what they saw."""
    kind_of_url = "cluster" if home.is_cluster else "server"
    module = ["-m", "tests.redis.storm_worker", home.url, kind_of_url]
    processes = [
        subprocess.Popen(
            [sys.executable, *module, f"n{number}", str(count), kind, str(seed)],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        return [json.loads(process.communicate(timeout=STORM_SECONDS)[0]) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.fixture(params=["one server, one shard", "one server, two shards", "a cluster, three"])
def home(request: pytest.FixtureRequest, redis_url: str) -> Home:
    """An empty Redis, or cluster, with so many shards."""
    is_cluster = "cluster" in request.param
    url = request.getfixturevalue("redis_cluster_url") if is_cluster else redis_url
    home = Home(url, is_cluster)
    shards = {"one shard": 1, "two shards": 2, "three": 3}[request.param.partition(", ")[2]]
    with home.connect_sync() as redis:
        if shards > 1:
            redis.set(KEYS.shards, shards)
    return home


def replays(home: Home) -> list[Replay]:
    """Replay every shard's log; assert that nobody is in two."""
    with home.connect_sync() as redis:
        done = [replay(redis, n) for n in range(int(cast("bytes", redis.get(KEYS.shards)) or 1))]
        for number, replayed in enumerate(done):
            made = int(cast("bytes", redis.get(Keys(number).made)))
            assert made == replayed.made
    seated = [user for replayed in done for user in replayed.where]
    assert len(seated) == len(set(seated)), "a user is in two shards"
    return done


def test_10_000_joins_at_once_fill_the_jams_and_break_no_rule(home: Home) -> None:
    seen = storm(home, "join", 2_500)
    assert sum(part["seated"] for part in seen) == 10_000
    done = replays(home)
    assert sum(len(replayed.where) for replayed in done) == 10_000
    for replayed in done:
        users = len(replayed.where)
        assert users > 0.9 * 10_000 / len(done), "a shard was passed over"
        assert len(replayed.jams) <= math.ceil(users / CAPACITY) + 2
        assert len(replayed.jams) == replayed.made


@pytest.mark.parametrize("seed", [1, 2])
def test_joins_leaves_and_swaps_of_shared_users_break_no_rule(home: Home, seed: int) -> None:
    storm(home, "churn", 1_500, seed)
    assert sum(replayed.commits for replayed in replays(home)) > 1_000
