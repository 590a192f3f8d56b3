"""The production server's processes: their start, their end, and what users notice of it."""

import asyncio
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing, suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import psutil
import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from loops_project.embedded_redis import EmbeddedRedis
from tests.processes import (
    ServerProcess,
    clean_environment,
    free_port,
    server_process,
    wait_until,
)

from .serving import MANAGE, serve, wait_for_new_workers, worker_pids
from .visitors import ANSWER_SECONDS, Visitor, come_back, visit, visitors_at

#: Within this a server that was told to end has ended, whoever is connected.
END_SECONDS = 8.0
BACK_SECONDS = 5.0


@pytest.fixture
def redis() -> Iterator[EmbeddedRedis]:
    """A Redis for one server: what a killed server leaves is nobody else's."""
    with EmbeddedRedis() as server:
        yield server


def refusal(*options: str) -> str:
    """What `serve` says when it doesn't start."""
    with pytest.raises(CommandError) as refused:
        call_command("serve", *options)
    return str(refused.value)


@override_settings(REDIS_URL="")
def test_refuses_to_start_without_a_redis_to_share() -> None:
    assert "REDIS_URL is not set" in refusal()


@pytest.mark.parametrize(
    "options",
    [("--bind", "8000"), ("--bind", "host:http"), ("--bind", ":1"), ("--workers", "0")],
    ids=" ".join,
)
@override_settings(REDIS_URL="redis://127.0.0.1:1/0")
def test_refuses_options_that_mean_nothing(options: tuple[str, ...]) -> None:
    assert options[0] in refusal(*options)


@override_settings(REDIS_URL="redis://127.0.0.1:1/0")
def test_refuses_an_address_that_is_taken() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        assert f"Can't listen on {address}" in refusal("--bind", address)


def test_refuses_to_start_without_static_files_in_production(tmp_path: Path) -> None:
    done = subprocess.run(
        [*MANAGE, "serve"],
        env=clean_environment(
            DEBUG="0",
            SECRET_KEY=secrets.token_urlsafe(64),
            ALLOWED_HOSTS="loops.example.org",
            REDIS_URL="redis://127.0.0.1:1/0",
            STATIC_ROOT=str(tmp_path),
        ),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "collectstatic" in done.stderr


def test_a_worker_that_can_not_start_ends_the_server(tmp_path: Path, redis: EmbeddedRedis) -> None:
    (tmp_path / "broken.py").write_text("raise RuntimeError('no application today')")
    (tmp_path / "broken_settings.py").write_text(
        "from loops_project.settings import *\nASGI_APPLICATION = 'broken.application'\n"
    )
    done = subprocess.run(
        [*MANAGE, "serve", "--bind", f"127.0.0.1:{free_port()}", "--workers", "2"],
        env=clean_environment(
            REDIS_URL=redis.url,
            PYTHONPATH=str(tmp_path),
            DJANGO_SETTINGS_MODULE="broken_settings",
        ),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "no application today" in done.stderr
    assert "A worker didn't start" in done.stderr


def test_starts_without_redis_and_says_so_to_visitors(tmp_path: Path) -> None:
    address = f"127.0.0.1:{free_port()}"
    environment = clean_environment(REDIS_URL=f"unix://{tmp_path}/nobody.sock")
    command = [*MANAGE, "serve", "--bind", address]
    with server_process(command, f"http://{address}", tmp_path / "log", environment) as server:
        assert "Redis doesn't answer yet" in server.log
        with pytest.raises(HTTPError) as refused:
            urlopen(server.url, timeout=10)
        refused.value.close()
        assert refused.value.code == 503


@pytest.mark.parametrize("path", ["/ws/nope/", "/", "/ws/jams//"])
async def test_a_socket_that_leads_nowhere_is_refused_without_a_line_in_the_log(
    tmp_path: Path, redis: EmbeddedRedis, path: str
) -> None:
    with serve(tmp_path, redis.url) as server:
        before = server.log
        with pytest.raises(InvalidStatus) as refused:
            await connect(
                server.url.replace("http", "ws") + path, origin=Origin("http://localhost")
            )
        assert refused.value.response.status_code == 403
        assert server.log == before


async def closed_with(visitor: Visitor, within: float = BACK_SECONDS) -> int | None:
    """The code the server closes with, None if it doesn't; `passed_over` has what it said."""
    with suppress(ConnectionClosed, TimeoutError):
        await visitor.expect("nothing that there is", within)
    return visitor.socket.close_code


async def two_jams(server: ServerProcess, stack: AsyncExitStack) -> list[Visitor]:
    """Fourteen users, who have nothing more to hear of each other."""
    visitors = [await stack.enter_async_context(await visit(server.url)) for _ in range(14)]
    for visitor in visitors:
        await visitor.expect_nothing_but("user_joined")
    return visitors


async def test_at_the_end_everybody_is_told_and_nobody_seen_to_leave(
    tmp_path: Path, redis: EmbeddedRedis
) -> None:
    with serve(tmp_path, redis.url, "--workers", "2") as server:
        pids = worker_pids(server)
        async with AsyncExitStack() as stack:
            visitors = await two_jams(server, stack)
            server.process.send_signal(signal.SIGTERM)
            codes = await asyncio.gather(*(closed_with(visitor) for visitor in visitors))
        assert set(codes) == {4012}
        for visitor in visitors:
            (bye,) = [message for message in visitor.passed_over if message["type"] == "bye"]
            assert 0 <= bye["reconnect_ms"] < 1500
            assert not {"user_away", "user_left"} & {m["type"] for m in visitor.passed_over}
        assert server.process.wait(END_SECONDS) == 0
        assert all(map(has_ended, pids))
        assert "Traceback" not in server.log


async def test_who_is_sent_away_by_one_worker_finds_the_same_seat_on_another(
    tmp_path: Path, redis: EmbeddedRedis
) -> None:
    with serve(tmp_path, redis.url, "--workers", "2") as server:
        async with AsyncExitStack() as stack:
            visitors = await two_jams(server, stack)
            at = {pid: visitors_at(pid, visitors) for pid in worker_pids(server)}
            going = max(at, key=lambda pid: len(at[pid]))
            sent_away = at[going]
            stayed = [visitor for visitor in visitors if visitor not in sent_away]
            os.kill(going, signal.SIGTERM)
            codes = [closed_with(visitor, ANSWER_SECONDS) for visitor in sent_away]
            assert set(await asyncio.gather(*codes)) == {4012}
            began = time.monotonic()
            returns = (come_back(server.url, visitor) for visitor in sent_away)
            for visitor, back in zip(sent_away, await asyncio.gather(*returns), strict=True):
                await stack.enter_async_context(back)
                assert (back.user_id, back.jam_id, back.loop) == (
                    visitor.user_id,
                    visitor.jam_id,
                    visitor.loop,
                )
            assert time.monotonic() - began < BACK_SECONDS
            for visitor in stayed:
                await visitor.expect_nothing_but("user_joined", "user_back")
        wait_for_new_workers(server, {going}, 2)


async def test_a_worker_that_is_killed_is_replaced_and_the_others_users_stay(
    tmp_path: Path, redis: EmbeddedRedis
) -> None:
    with serve(tmp_path, redis.url, "--workers", "2") as server:
        async with AsyncExitStack() as stack:
            visitors = await two_jams(server, stack)
            killed = worker_pids(server).pop()
            os.kill(killed, signal.SIGKILL)
            wait_for_new_workers(server, {killed}, 2)
            cut = 0
            for visitor in visitors:
                try:
                    await visitor.expect_nothing_but("user_joined", "user_left")
                except ConnectionClosed:
                    cut += 1
            assert cut < len(visitors)
            async with await visit(server.url) as newcomer:
                await newcomer.expect_nothing_but("user_joined", "user_left")


async def test_hangup_replaces_the_workers_while_pages_are_answered(
    tmp_path: Path, redis: EmbeddedRedis
) -> None:
    with serve(tmp_path, redis.url, "--workers", "2") as server:
        old = worker_pids(server)
        async with AsyncExitStack() as stack:
            visitors = await two_jams(server, stack)
            server.process.send_signal(signal.SIGHUP)
            answered = asyncio.create_task(asyncio.to_thread(answers_until_rolled, server, old))
            codes = await asyncio.gather(*(closed_with(visitor, 30) for visitor in visitors))
            assert set(codes) == {4012}
            assert await answered
        wait_for_new_workers(server, old, 2)


def answers_until_rolled(server: ServerProcess, old: set[int]) -> bool:
    """Ask for pages until all workers are new; tell whether each was answered."""
    answers = [server.answers()]

    def rolled() -> bool:
        answers.append(server.answers())
        return not worker_pids(server) & old

    wait_until(rolled, 60, "new workers")
    return all(answers)


async def test_ends_soon_with_a_peer_that_does_not_read(
    tmp_path: Path, redis: EmbeddedRedis
) -> None:
    with serve(tmp_path, redis.url) as server:
        host, port = server.url.removeprefix("http://").split(":")
        with closing(socket.create_connection((host, int(port)))) as deaf:
            deaf.sendall(
                b"GET /ws/jams/deaf/ HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                b"Origin: http://localhost\r\n\r\n"
            )
            assert deaf.recv(12) == b"HTTP/1.1 101"
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(END_SECONDS) == 0


def has_ended(pid: int) -> bool:
    """Whether a process has ended; it may be a zombie whose new parent didn't look yet."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_no_worker_outlives_a_killed_supervisor(tmp_path: Path, redis: EmbeddedRedis) -> None:
    with serve(tmp_path, redis.url, "--workers", "2") as server:
        pids = worker_pids(server)
        server.process.kill()
        wait_until(lambda: all(map(has_ended, pids)), END_SECONDS, "the workers' end")
