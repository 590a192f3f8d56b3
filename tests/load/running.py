"""Starts and ends the servers under load, each alone on one core; the load has the other."""

import os
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from redis import Redis

from loops_project.embedded_redis import EmbeddedRedis
from tests.processes import free_port, wait_until

from .accounting import Used, cpu_seconds, own_cpu_seconds
from .phases import Measure, Size
from .servers import HOST, OURS, Server, production_environment

START_SECONDS = 30.0
STOP_SECONDS = 15.0
_READY = (b"ready", b"Serving on")


class Bench:
    """The ground on which all servers are measured: a Redis, two cores, a folder."""

    def __init__(self, folder: Path, redis: EmbeddedRedis) -> None:
        cores = sorted(os.sched_getaffinity(0))
        self._server_core, self._load_core = cores[0], cores[-1]
        self._folder = folder
        self._redis = redis
        (self._redis_pid,) = _children_of_guard(redis)
        for pid in (os.getpid(), self._redis_pid):
            os.sched_setaffinity(pid, {self._load_core})
        self._ours = production_environment(folder, redis.url)

    @contextmanager
    def run(self, server: Server, size: Size, *arguments: str) -> Iterator[Measure]:
        """A running server, ready to be measured."""
        port = free_port()
        log_path = self._folder / f"{port}.log"
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
            yield Measure(server, port, process.pid, lambda: self._used(process.pid), size)
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)

    def empty(self) -> None:
        """Forget all jams: no server that knows any may run."""
        with Redis.from_url(self._redis.url) as client:
            client.flushall()

    def page_file(self) -> tuple[Path, str]:
        """Return our page in a file, and the id of the jam it shows."""
        with self.run(OURS, Size(0, 0, 0)) as measure:
            request = urllib.request.Request(
                f"http://127.0.0.1:{measure.port}/",
                headers={"Host": HOST, "X-Forwarded-Proto": "https"},
            )
            with urllib.request.urlopen(request, timeout=10) as answer:
                page: str = answer.read().decode()
        path = self._folder / "page.html"
        path.write_text(page)
        shown = page.partition('"jam_id": "')[2].partition('"')[0]
        assert shown, "the page shows no jam"
        return path, shown

    def _used(self, pid: int) -> Used:
        return Used(
            cpu_seconds(pid), own_cpu_seconds(self._redis_pid), own_cpu_seconds(os.getpid())
        )


@contextmanager
def bench() -> Iterator[Bench]:
    """The ground, for a block."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedRedis() as redis:
        yield Bench(Path(folder), redis)


def _children_of_guard(redis: EmbeddedRedis) -> list[int]:
    with Redis.from_url(redis.url) as client:
        return [int(client.info("server")["process_id"])]
