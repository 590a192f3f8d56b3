"""`manage.py serve` under test: on a free port, its processes known by their ids."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import psutil
from redis import Redis, RedisCluster

from jams.planning import decode_jam
from jams.store import Keys
from tests.processes import (
    REPOSITORY,
    ServerProcess,
    clean_environment,
    free_port,
    server_process,
    wait_until,
)

MANAGE = [sys.executable, str(REPOSITORY / "manage.py")]
#: A worker's start, on a busy machine.
REPLACED_SECONDS = 30.0


@contextmanager
def serve(folder: Path, redis_url: str, *options: str, **variables: str) -> Iterator[ServerProcess]:
    """The production server for a block, with this Redis; its database has no tables."""
    environment = clean_environment(
        DATABASE_URL=f"sqlite:///{folder / 'db.sqlite3'}", REDIS_URL=redis_url, **variables
    )
    address = f"127.0.0.1:{free_port()}"
    command = [*MANAGE, "serve", "--bind", address, *options]
    with server_process(command, f"http://{address}", folder / "server.log", environment) as server:
        wait_until(lambda: "Serving on" in server.log, REPLACED_SECONDS, "all workers ready")
        yield server


def worker_pids(server: ServerProcess) -> set[int]:
    """The worker processes there are right now."""
    return {child.pid for child in psutil.Process(server.process.pid).children()}


def wait_for_new_workers(server: ServerProcess, gone: set[int], count: int) -> None:
    """Wait until there are so many workers that accept connections, none of them of `gone`."""

    def replaced() -> bool:
        pids = worker_pids(server)
        return len(pids) == count and not pids & gone

    wait_until(replaced, REPLACED_SECONDS, f"{count} new workers")


def seats_in(redis: "Redis | RedisCluster") -> dict[str, tuple[str, str]]:
    """Where everybody sits by the jams of the first two shards: in which jam, with which loop."""
    found = {}
    for shard in (0, 1):
        jams = cast("dict[bytes, bytes]", redis.hgetall(Keys(shard).jams))
        for jam_id, value in jams.items():
            for user, seat in decode_jam(value).users.items():
                assert user not in found, "a user is in two jams"
                found[user] = (jam_id.decode(), seat.loop)
    return found
