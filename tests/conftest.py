"""What every part of the suite shares: Hypothesis' profiles and a private Redis."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from hypothesis import HealthCheck, settings
from redis import Redis, RedisCluster

from loops_project.channel_layers import channel_layers
from loops_project.embedded_redis import EmbeddedRedis
from tests.redis_cluster import redis_cluster

# A shell that runs the suite in the background has SIGINT ignored, and every process started from
# here would inherit that: the servers under test could not be ended like by Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("dev", max_examples=100, deadline=None)
# The same examples at every run: a failure in CI is one that anybody can repeat.
settings.register_profile(
    "ci",
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.fixture(scope="session")
def redis_server() -> Iterator[EmbeddedRedis]:
    """The suite's own Redis, from the first test that asks to the end; the settings name it."""
    server = EmbeddedRedis()
    with (
        server,
        override_settings(REDIS_URL=server.url, CHANNEL_LAYERS=channel_layers([server.url])),
    ):
        yield server


@pytest.fixture
def redis_url(redis_server: EmbeddedRedis) -> str:
    """The URL of the suite's own Redis (never anybody else's), emptied for this test."""
    with Redis.from_url(redis_server.url) as client:
        client.flushall()
    return redis_server.url


@pytest.fixture(scope="session")
def _cluster() -> Iterator[str]:
    with redis_cluster() as cluster:
        yield cluster.url


@pytest.fixture
def redis_cluster_url(_cluster: str) -> str:
    """The URL of a server of the suite's own Redis Cluster, emptied for this test."""
    with RedisCluster.from_url(_cluster) as client:
        client.flushall(target_nodes=RedisCluster.PRIMARIES)
    return _cluster


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: Playwright's synchronous face keeps an event loop running in this thread
    from its first use on, in which pytest-asyncio could start no other."""
    browser_folder = Path(__file__).parent / "browser"
    items.sort(key=lambda item: item.path.is_relative_to(browser_folder))
