"""A real Redis Cluster of three masters, for as long as a test needs it."""

import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from loops_project.embedded_redis import find_redis_server
from tests.processes import free_port, wait_until

READY_SECONDS = 30.0
#: Which slots each master has: shards 0, 1 and 2 are on different ones, by the slots of their tags
#: (11097, 15224 and 2843).
SLOTS = ((0, 5460), (5461, 12287), (12288, 16383))
#: Runs Redis in the background and kills it when stdin ends: however the tests end, it does too.
_GUARD = '"$@" >redis.log 2>&1 & redis=$!; read -r _; kill -9 $redis 2>&-; wait'


def _free_ports() -> int:
    """A free port whose companion, on which the servers of a cluster talk, is free as well."""
    while True:
        port = free_port()
        with closing(socket.socket()) as companion, suppress(OSError, OverflowError):
            companion.bind(("127.0.0.1", port + 10_000))
            return port


def _options(port: int) -> list[str]:
    options = {
        "port": str(port),
        "bind": "127.0.0.1",
        "cluster-enabled": "yes",
        "cluster-node-timeout": "5000",
        "save": "",
        "appendonly": "no",
    }
    return [part for name, value in options.items() for part in (f"--{name}", value)]


@contextmanager
def _server(folder: Path) -> Iterator[Redis]:
    """A server in cluster mode that knows no other yet; the client that is for it alone."""
    port = _free_ports()
    folder.mkdir()
    guard = subprocess.Popen(
        ["sh", "-c", _GUARD, "sh", find_redis_server(), *_options(port)],
        cwd=folder,
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    client = Redis(host="127.0.0.1", port=port, socket_timeout=5)

    def answers() -> bool:
        try:
            return bool(client.ping())
        except (RedisError, OSError):
            return False

    try:
        wait_until(answers, READY_SECONDS, f"an answer from Redis: {folder / 'redis.log'}")
        yield client
    finally:
        client.close()
        guard.communicate(timeout=10)  # closes its stdin


@contextmanager
def redis_cluster() -> Iterator[str]:
    """The URL of one of the masters of a cluster, which ends with the block."""
    with (
        tempfile.TemporaryDirectory(prefix="loops-cluster-") as folder,
        ExitStack() as stack,
    ):
        masters = [
            stack.enter_context(_server(Path(folder, str(number)))) for number in range(len(SLOTS))
        ]
        for master, slots in zip(masters, SLOTS, strict=True):
            _cluster(master, "ADDSLOTS", *range(slots[0], slots[1] + 1))
        first, *others = masters
        for other in others:
            _cluster(first, "MEET", "127.0.0.1", _port(other))

        def agree() -> bool:
            states = [_cluster(master, "INFO") for master in masters]
            return all(
                state["cluster_state"] == "ok" and state["cluster_known_nodes"] == str(len(SLOTS))
                for state in states
            )

        wait_until(agree, READY_SECONDS, "a cluster whose masters know each other")
        yield f"redis://127.0.0.1:{_port(first)}"


def master_of(slot: int) -> int:
    """Return which of the masters has a slot."""
    return next(n for n, (first, last) in enumerate(SLOTS) if first <= slot <= last)


def _cluster(client: Any, *command: object) -> Any:
    return client.execute_command(f"CLUSTER {command[0]}", *command[1:])


def _port(client: Redis) -> int:
    port: int = client.connection_pool.connection_kwargs["port"]
    return port
