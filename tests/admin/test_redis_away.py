"""Staff's pages while Redis is away: a notice, soon, and no error page."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from django.test import Client, override_settings
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from jams.redis_client import REDIS_SECONDS
from loops_project.embedded_redis import find_redis_server
from tests.processes import wait_until

from .conftest import MakeStaff

LIST = "/admin/jams/livejam/"
JAM = "/admin/jams/livejam/jam/"
SEAT = "/admin/jams/livejam/jam/seats/user/free/"
#: How long staff may have to wait for the notice, in seconds: Redis is waited for once, not twice.
PATIENCE_SECONDS = 2 * REDIS_SECONDS


@pytest.fixture
def frozen_redis_url(tmp_path: Path) -> Iterator[str]:
    """The URL of a Redis that accepts connections and never answers."""
    socket = tmp_path / "redis.sock"
    command = [find_redis_server(), "--port", "0", "--save", "", "--unixsocket", str(socket)]
    server = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL)
    url = f"unix://{socket}"
    try:
        wait_until(lambda: answers(url), 10, "an answer of redis-server")
        os.kill(server.pid, signal.SIGSTOP)
        yield url
    finally:
        server.kill()
        server.wait()


def answers(url: str) -> bool:
    try:
        with Redis.from_url(url) as redis:
            return bool(redis.ping())
    except RedisConnectionError:
        return False


def expect_notice(client: Client, url: str, method: str = "get") -> None:
    began = time.monotonic()
    response = getattr(client, method)(url)
    assert time.monotonic() - began < PATIENCE_SECONDS
    assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert int(response["Retry-After"]) > 0
    html = response.content.decode()
    assert "Redis, where the jams are kept," in html
    assert f'<a href="{url}">Try again</a>' in html


@pytest.fixture
def _staff(client: Client, make_staff: MakeStaff) -> None:
    client.force_login(make_staff("view_livejam", "free_seat"))
    client.get("/admin/")  # the first page takes longer: it loads the templates


@pytest.mark.usefixtures("_staff")
@pytest.mark.parametrize(
    ("url", "method"), [(LIST, "get"), (JAM, "get"), (SEAT, "get"), (SEAT, "post")]
)
def test_a_redis_that_is_gone_gives_a_notice(client: Client, url: str, method: str) -> None:
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
        expect_notice(client, url, method)


@pytest.mark.usefixtures("_staff")
@pytest.mark.parametrize("url", [LIST, JAM])
def test_a_redis_that_hangs_gives_a_notice_in_time(
    client: Client, frozen_redis_url: str, url: str
) -> None:
    with override_settings(REDIS_URL=frozen_redis_url):
        expect_notice(client, url)


def test_the_notice_is_for_those_who_may_see_the_jams(
    client: Client, make_staff: MakeStaff
) -> None:
    client.force_login(make_staff())
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
        assert client.get(LIST).status_code == HTTPStatus.FORBIDDEN
