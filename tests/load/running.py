"""Starts and ends the servers under load, each alone on one core; the load has the other."""

import os
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from redis import Redis

from loops_project.embedded_redis import EmbeddedRedis
from tests.processes import free_port, wait_until

from .accounting import (
    Used,
    cpu_seconds,
    kernel_seconds,
    own_cpu_seconds,
    resident_bytes,
    system_writes,
)
from .phases import Measure, Size
from .report import Round
from .servers import HOST, OURS, Server, production_environment

START_SECONDS = 30.0
STOP_SECONDS = 15.0
_READY = (b"ready", b"Serving on")


class Bench:
    """The ground on which all servers are measured: a Redis, two cores, a folder."""

    def __init__(self, folder: Path, redis: EmbeddedRedis) -> None:
        cores = sorted(os.sched_getaffinity(0))
        self._server_core, self._load_core = cores[0], cores[-1]
        self.folder = folder
        self.redis_url = redis.url
        (self._redis_pid,) = _children_of_guard(redis)
        for pid in (os.getpid(), self._redis_pid):
            os.sched_setaffinity(pid, {self._load_core})
        self._ours = production_environment(folder, redis.url)

    @contextmanager
    def run(
        self, server: Server, size: Size, *arguments: str, processes: int = 1
    ) -> Iterator[Measure]:
        """A running server, ready to be measured; several processes have a port each."""
        with ExitStack() as stack:
            ports = [free_port() for _ in range(processes)]
            pids = [stack.enter_context(self._process(server, port, arguments)) for port in ports]
            yield Measure(server, ports, pids, lambda: self._used(pids), size)

    @contextmanager
    def _process(self, server: Server, port: int, arguments: Sequence[str]) -> Iterator[int]:
        """A server's process id, from when it is ready."""
        log_path = self.folder / f"{port}.log"
        environment: Mapping[str, str] = self._ours if server.needs_redis else dict(os.environ)
        with log_path.open("wb") as log:
            process = subprocess.Popen(
                [*server.command(port), *arguments],
                env=environment,
                stdout=log,
                stderr=log,
                preexec_fn=lambda: os.sched_setaffinity(0, {self._server_core}),
            )
        try:
            wait_until(
                lambda: any(sign in log_path.read_bytes() for sign in _READY),
                START_SECONDS,
                f"{server.name}: {log_path.read_text()}",
            )
            yield process.pid
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)

    def empty(self) -> None:
        """Forget all jams: no server that knows any may run."""
        with self.redis() as client:
            client.flushall()

    def page_file(self) -> tuple[Path, str]:
        """Return our page in a file, and the id of the jam it shows."""
        with self.run(OURS, Size(0, 0, 0)) as measure:
            request = urllib.request.Request(
                f"http://127.0.0.1:{measure.ports[0]}/",
                headers={"Host": HOST, "X-Forwarded-Proto": "https"},
            )
            with urllib.request.urlopen(request, timeout=10) as answer:
                page: str = answer.read().decode()
        path = self.folder / "page.html"
        path.write_text(page)
        shown = page.partition('"jam_id": "')[2].partition('"')[0]
        assert shown, "the page shows no jam"
        return path, shown

    def redis(self) -> "Redis":
        """Return a client of the Redis."""
        return Redis.from_url(self.redis_url)

    def redis_bytes(self) -> int:
        """Return the memory that the Redis holds."""
        return resident_bytes([self._redis_pid])

    def redis_seconds(self) -> float:
        """Return the CPU time of the Redis."""
        return own_cpu_seconds(self._redis_pid)

    def _used(self, pids: Sequence[int]) -> Used:
        return Used(
            server=sum(map(cpu_seconds, pids)),
            redis=self.redis_seconds(),
            generator=own_cpu_seconds(os.getpid()),
            kernel=sum(map(kernel_seconds, pids)),
            writes=sum(map(system_writes, pids)),
        )


def in_turns(count: int, seconds: float, measure: Callable[[], Round]) -> list[Round]:
    """Measure so many rounds, or fewer if the next one might not end within so many seconds."""
    began, longest, rounds = time.monotonic(), 0.0, list[Round]()
    while len(rounds) < count:
        before = time.monotonic()
        if rounds and before + longest > began + seconds:
            print(f"No time for more than {len(rounds)} rounds.", flush=True)
            break
        rounds.append(measure())
        longest = max(longest, time.monotonic() - before)
        print(f"Round {len(rounds)} is done.", flush=True)
    return rounds


@contextmanager
def bench() -> Iterator[Bench]:
    """The ground, for a block."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedRedis() as redis:
        yield Bench(Path(folder), redis)


def _children_of_guard(redis: EmbeddedRedis) -> list[int]:
    with Redis.from_url(redis.url) as client:
        return [int(client.info("server")["process_id"])]
