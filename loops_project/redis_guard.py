"""The process between a server and its private Redis: it lives as long as its parent.

Run as a script by `embedded_redis.py`: `python redis_guard.py REDIS_SERVER PARENT_FOLDER`. It

1. makes a private folder (mode 700) and starts `redis-server` on a socket in it;
2. writes the socket's path as one line to stdout as soon as Redis answers;
3. waits for the end of its stdin, a pipe whose other end only the parent holds. The kernel closes
   that end however the parent goes (return, Ctrl-C, SIGTERM, kill -9), on Linux and macOS alike;
4. kills Redis (it holds nothing worth saving) and removes the folder.

It stands alone, without the project or a package, so that it starts in a few hundredths of a
second.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from types import FrameType

START_SECONDS = 30.0
POLL_SECONDS = 0.005
FOLDER_PREFIX = "loops-redis-"
SOCKET_NAME = "redis.sock"


def redis_arguments(folder: Path) -> Sequence[str]:
    """The options of a Redis that only its owner can reach and that writes nothing to disk."""
    options = {
        "port": "0",  # no TCP at all: the folder's mode is the access control
        "unixsocket": str(folder / SOCKET_NAME),
        "unixsocketperm": "700",
        "dir": str(folder),
        "daemonize": "no",
        "save": "",
        "appendonly": "no",
        "maxmemory-policy": "noeviction",
    }
    return [part for name, value in options.items() for part in (f"--{name}", value)]


def answers(path: Path) -> bool:
    """Whether a Redis on this socket replies to PING."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False


def wait_until_ready(redis: subprocess.Popen[bytes], folder: Path) -> None:
    """Return once Redis answers; exit with what it printed if it ends or stays silent."""
    deadline = time.monotonic() + START_SECONDS
    while not answers(folder / SOCKET_NAME):
        if redis.poll() is not None or time.monotonic() > deadline:
            log = (folder / "redis.log").read_text(errors="replace")
            sys.exit(f"redis-server did not start:\n{log[-2000:]}")
        time.sleep(POLL_SECONDS)


def end(_number: int, _frame: FrameType | None) -> None:
    """A signal ends the guard through its `finally`, like the end of its parent does."""
    raise SystemExit(1)


def end_with(redis: subprocess.Popen[bytes], number: int, frame: FrameType | None) -> None:
    """Redis' end is the guard's; a Redis that is only stopped (Ctrl-Z, a test) goes on later."""
    if redis.poll() is not None:
        end(number, frame)


def main(executable: str, parent_folder: str) -> None:
    """Keep one Redis until stdin ends, a signal arrives, or Redis itself goes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=parent_folder))
    redis = None
    try:
        with (folder / "redis.log").open("wb") as log:
            redis = subprocess.Popen(
                [executable, *redis_arguments(folder)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A locale that this machine doesn't have would keep Redis from starting.
                env={**os.environ, "LC_ALL": "C"},
            )
        wait_until_ready(redis, folder)
        signal.signal(signal.SIGCHLD, partial(end_with, redis))
        print(folder / SOCKET_NAME, flush=True)
        while sys.stdin.buffer.read(1024):
            pass
    finally:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if redis is not None:
            redis.kill()
            redis.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
