"""Every test here gets the suite's private Redis, empty."""

import pytest


@pytest.fixture(autouse=True)
def _empty_redis(redis_url: str) -> None:
    """Named for its effect; a test that needs the address asks for `redis_url` itself."""
