"""Every test here gets the suite's private Redis, empty."""

from collections.abc import Iterator

import pytest
from django.test import override_settings

from loops_project.channel_layers import channel_layers

from .nodes import Home


@pytest.fixture(autouse=True)
def _empty_redis(redis_url: str) -> None:
    """Named for its effect; a test that needs the address asks for `redis_url` itself."""


@pytest.fixture(params=["server", "cluster"])
def home(request: pytest.FixtureRequest, redis_url: str) -> Home:
    """Where the jams live: in an empty Redis, or in an empty cluster."""
    if request.param == "server":
        return Home(redis_url)
    return Home(request.getfixturevalue("redis_cluster_url"), is_cluster=True)


@pytest.fixture
def _settings_of_home(home: Home) -> Iterator[None]:
    """The settings name that place."""
    with override_settings(
        REDIS_URL=home.url,
        REDIS_CLUSTER=home.is_cluster,
        CHANNEL_LAYERS=channel_layers([home.url]),
    ):
        yield
