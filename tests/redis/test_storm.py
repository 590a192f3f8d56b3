"""Several processes at once, and every commit they made looked at afterwards."""

import json
import math
import subprocess
import sys
from typing import cast

import pytest
from redis import Redis

from jams.loops import CAPACITY
from tests.processes import REPOSITORY

from .commit_log import KEYS, replay

PROCESSES = 4
STORM_SECONDS = 120


def storm(redis_url: str, kind: str, count: int, seed: int = 0) -> list[dict[str, int]]:
    """Run a part in each of the processes at the same time; return what they saw."""
    module = ["-m", "tests.redis.storm_worker", redis_url]
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


def test_10_000_joins_at_once_fill_the_jams_and_break_no_rule(redis_url: str) -> None:
    seen = storm(redis_url, "join", 2_500)
    assert sum(part["seated"] for part in seen) == 10_000
    with Redis.from_url(redis_url) as redis:
        replayed = replay(redis)
        assert len(replayed.where) == 10_000
        made = int(cast("bytes", redis.get(KEYS.made)))
        assert len(replayed.jams) == made <= math.ceil(10_000 / CAPACITY) + 2


@pytest.mark.parametrize("seed", [1, 2])
def test_joins_leaves_and_swaps_of_shared_users_break_no_rule(redis_url: str, seed: int) -> None:
    storm(redis_url, "churn", 1_500, seed)
    with Redis.from_url(redis_url) as redis:
        assert replay(redis).commits > 1_000
