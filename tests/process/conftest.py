"""Real servers, each of them with the same tests."""

from collections.abc import Iterator

import pytest

from loops_project.embedded_redis import EmbeddedRedis
from tests.processes import ServerProcess, runserver

from .serving import serve


@pytest.fixture(scope="session")
def development_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """daphne, as ``manage.py runserver`` starts it."""
    with runserver(tmp_path_factory.mktemp("development"), "--noreload") as server:
        yield server


@pytest.fixture(scope="session")
def production_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """uvicorn, as ``manage.py serve`` starts it, with two workers.

    On a Redis of its own: it lives as long as the session, and claims its users' seats whenever
    somebody empties the Redis it is on.
    """
    folder = tmp_path_factory.mktemp("production")
    with EmbeddedRedis() as redis, serve(folder, redis.url, "--workers", "2") as server:
        yield server


@pytest.fixture(params=["development_server", "production_server"])
def url(request: pytest.FixtureRequest) -> str:
    """The address of a server that speaks the protocol: of each kind there is, in turn."""
    server: ServerProcess = request.getfixturevalue(request.param)
    return server.url
