"""A Redis that a test may kill, stop, and start again, empty, on the same socket."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self, cast
from urllib.parse import quote

from redis import Redis

from loops_project.embedded_redis import find_redis_server
from loops_project.redis_guard import SOCKET_NAME, answers, redis_arguments
from tests.processes import wait_until

_START_SECONDS = 10.0


class RedisProcess:
    """One redis-server in a folder of its own, on a Unix socket."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = folder / SOCKET_NAME
        self.url = f"unix://{quote(str(self._socket))}"
        self.client = Redis.from_url(self.url, socket_timeout=5)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, empty, or with what was saved; return when it answers."""
        command = [find_redis_server(), *redis_arguments(self._folder)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_until(lambda: answers(self._socket), _START_SECONDS, "an answer from Redis")

    def save(self) -> None:
        """Write what it holds to its folder, where the next start finds it."""
        self.client.save()

    def kill(self) -> None:
        """End it as a crash does. What it held is gone, but for what was saved."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Let it hang for a block: it accepts connections and answers nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def subscriptions(self) -> set[str]:
        """The channels somebody is subscribed to."""
        names = cast("list[bytes]", self.client.pubsub_channels())
        return {name.decode() for name in names}

    def connections(self) -> int:
        """How many clients are connected, this object's own among them."""
        return len(self.client.client_list())

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.kill()
