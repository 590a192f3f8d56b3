"""A real Redis Cluster of three masters, for as long as a test needs it."""

import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from redis import Redis
from redis.exceptions import RedisError

from loops_project.embedded_redis import find_redis_server
from tests.processes import free_port, wait_until

READY_SECONDS = 30.0
#: Which slots each master has: shards 0, 1 and 2 are on different ones, by the slots of their tags
#: (11097, 15224 and 2843).
SLOTS = ((0, 5460), (5461, 12287), (12288, 16383))
#: When a server counts as gone. Without replicas there is nobody to take over, whoever is slow.
_GONE_MS = 60_000
_GONE_WITH_REPLICAS_MS = 2_000
#: Runs Redis in the background and kills it when stdin ends: however the tests end, it does too.
_GUARD = '"$@" >redis.log 2>&1 & redis=$!; read -r _; kill -9 $redis 2>&-; wait'


def _free_ports() -> int:
    """A free port whose companion, on which the servers of a cluster talk, is free as well."""
    while True:
        port = free_port()
        with closing(socket.socket()) as companion, suppress(OSError, OverflowError):
            companion.bind(("127.0.0.1", port + 10_000))
            return port


def _options(port: int, gone_ms: int) -> list[str]:
    options = {
        "port": str(port),
        "bind": "127.0.0.1",
        "cluster-enabled": "yes",
        "cluster-node-timeout": str(gone_ms),
        "cluster-require-full-coverage": "no",  # one master that is gone is only itself gone
        "save": "",
        "appendonly": "no",
    }
    return [part for name, value in options.items() for part in (f"--{name}", value)]


@contextmanager
def _server(folder: Path, gone_ms: int) -> Iterator[Redis]:
    """A server in cluster mode that knows no other yet; the client that is for it alone."""
    port = _free_ports()
    folder.mkdir()
    guard = subprocess.Popen(
        ["sh", "-c", _GUARD, "sh", find_redis_server(), *_options(port, gone_ms)],
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


class Cluster(NamedTuple):
    """A running cluster: for each master the client that is for it alone."""

    masters: list[Redis]

    @property
    def url(self) -> str:
        """The URL of one of the masters."""
        return f"redis://127.0.0.1:{_port(self.masters[0])}"

    def kill_master_of(self, slot: int) -> None:
        """End the master that has a slot, without a word."""
        os.kill(self.masters[master_of(slot)].info("server")["process_id"], signal.SIGKILL)


@contextmanager
def redis_cluster(*, replicas: bool = False) -> Iterator[Cluster]:
    """A cluster that ends with the block, each master with a replica if wanted."""
    with (
        tempfile.TemporaryDirectory(prefix="loops-cluster-") as folder,
        ExitStack() as stack,
    ):
        gone_ms = _GONE_WITH_REPLICAS_MS if replicas else _GONE_MS
        names = [f"{role}{n}" for role in ("m", "r")[: 1 + replicas] for n in range(len(SLOTS))]
        servers = [stack.enter_context(_server(Path(folder, name), gone_ms)) for name in names]
        masters, others = servers[: len(SLOTS)], servers[len(SLOTS) :]
        for master, slots in zip(masters, SLOTS, strict=True):
            _cluster(master, "ADDSLOTS", *range(slots[0], slots[1] + 1))
        for server in servers[1:]:
            _cluster(servers[0], "MEET", "127.0.0.1", _port(server))

        def agree() -> bool:
            states = [_cluster(server, "INFO") for server in servers]
            return all(
                state["cluster_state"] == "ok" and state["cluster_known_nodes"] == str(len(servers))
                for state in states
            )

        wait_until(agree, READY_SECONDS, "a cluster whose servers know each other")
        for master, replica in zip(masters, others, strict=replicas):
            _cluster(replica, "REPLICATE", _cluster(master, "MYID").decode())

        def follow() -> bool:
            links = [server.info("replication").get("master_link_status") for server in others]
            return all(link == "up" for link in links)

        wait_until(follow, READY_SECONDS, "replicas that follow")
        yield Cluster(masters)


def master_of(slot: int) -> int:
    """Return which of the masters has a slot."""
    return next(n for n, (first, last) in enumerate(SLOTS) if first <= slot <= last)


def _cluster(client: Any, *command: object) -> Any:
    return client.execute_command(f"CLUSTER {command[0]}", *command[1:])


def _port(client: Redis) -> int:
    port: int = client.connection_pool.connection_kwargs["port"]
    return port
