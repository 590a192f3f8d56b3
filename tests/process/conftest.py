"""Real servers, each of them with the same tests."""

from collections.abc import Iterator

import pytest

from tests.processes import ServerProcess, runserver


@pytest.fixture(scope="session")
def development_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """daphne, as ``manage.py runserver`` starts it."""
    with runserver(tmp_path_factory.mktemp("development"), "--noreload") as server:
        yield server


@pytest.fixture(params=["development_server"])
def url(request: pytest.FixtureRequest) -> str:
    """The address of a server that speaks the protocol: of each kind there is, in turn."""
    server: ServerProcess = request.getfixturevalue(request.param)
    return server.url
