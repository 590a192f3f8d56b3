"""Real servers as processes of their own: on a free port, with a log, ended by their id."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
START_SECONDS = 60.0
STOP_SECONDS = 10.0
LOG_CHARACTERS = 4000
POLL_SECONDS = 0.02
# A variable of the shell must not decide how a server under test behaves.
KEPT_VARIABLES = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "CI", "VIRTUAL_ENV")


def free_port() -> int:
    """A TCP port of the loopback address that nothing listens on right now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Return as soon as the condition holds; fail with `what` if it doesn't within the time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(POLL_SECONDS)


def clean_environment(**variables: str) -> dict[str, str]:
    """What a development server under test gets: DEBUG on, no REDIS_URL, no DATABASE_URL."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return {**kept, "DEBUG": "1", "PYTHONUNBUFFERED": "1", **variables}


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """A running server: where it answers, its process, its log and its environment."""

    url: str
    process: subprocess.Popen[bytes]
    log_path: Path
    environment: Mapping[str, str]

    @property
    def log(self) -> str:
        """What it printed so far."""
        return self.log_path.read_text(errors="replace")

    def answers(self) -> bool:
        """Whether it replies to HTTP at all, with whatever status. Fails if it has ended."""
        if self.process.poll() is not None:
            raise AssertionError(f"the server ended with {self.process.returncode}")
        try:
            with urllib.request.urlopen(f"{self.url}/admin/login/", timeout=5):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    def manage(self, *arguments: str, **variables: str) -> None:
        """Run a command of manage.py on the server's database."""
        command = [sys.executable, str(REPOSITORY / "manage.py"), *arguments]
        environment = {**self.environment, **variables}
        subprocess.run(command, env=environment, check=True, timeout=60, capture_output=True)

    def stop(self) -> None:
        """SIGINT to the server's own group, as Ctrl-C does; kill what then remains."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


@contextmanager
def server_process(
    command: Sequence[str], url: str, log_path: Path, environment: Mapping[str, str]
) -> Iterator[ServerProcess]:
    """Run a server from the repository for a block, which begins when it answers."""
    with log_path.open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = ServerProcess(url, process, log_path, environment)
    try:
        wait_until(server.answers, START_SECONDS, f"an answer from {url}")
        yield server
    except BaseException as error:
        error.add_note(f"The server's log:\n{server.log[-LOG_CHARACTERS:]}")
        raise
    finally:
        server.stop()


@contextmanager
def runserver(folder: Path, *options: str, **variables: str) -> Iterator[ServerProcess]:
    """`manage.py runserver` on a free port, with its own Redis and a database in this folder."""
    database = f"sqlite:///{folder / 'db.sqlite3'}"
    environment = clean_environment(DATABASE_URL=database, **variables)
    manage = [sys.executable, str(REPOSITORY / "manage.py")]
    subprocess.run([*manage, "migrate", "-v0"], env=environment, check=True, timeout=60)
    port = free_port()
    command = [*manage, "runserver", *options, f"127.0.0.1:{port}"]
    url = f"http://127.0.0.1:{port}"
    with server_process(command, url, folder / "server.log", environment) as server:
        yield server
