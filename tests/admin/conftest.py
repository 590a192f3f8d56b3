"""Staff with permissions, and jams in the suite's private Redis."""

import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.db import connections
from django.test import Client
from redis import Redis

from jams.jam import Jam, Seat
from jams.loops import LOOPS
from jams.planning import encode_jam
from jams.store import Keys
from jams.timeline import BAR_MS, LoopState, bar_at

PASSWORD = "correct horse battery staple"

#: Make a member of staff with permissions (such as "view_livejam").
MakeStaff = Callable[..., User]


@pytest.fixture(autouse=True)
def _empty_redis_and_cache(redis_url: str) -> None:
    cache.clear()


@pytest.fixture
def make_staff(db: None) -> MakeStaff:
    """Make a member of staff with these permissions, and no others."""

    def make(*codenames: str, username: str = "ada", is_staff: bool = True) -> User:
        user = User.objects.create_user(username, password=PASSWORD, is_staff=is_staff)
        permissions = list(Permission.objects.filter(codename__in=codenames))
        assert {permission.codename for permission in permissions} == set(codenames)
        user.user_permissions.set(permissions)
        return user

    return make


@pytest.fixture
def viewer(client: Client, make_staff: MakeStaff) -> Client:
    """The browser of somebody who may see the live jams, and nothing more."""
    client.force_login(make_staff("view_livejam"))
    return client


@pytest_asyncio.fixture
async def database(transactional_db: None) -> AsyncIterator[None]:
    """The database for an async test: leaves no connection open in the thread it is used in."""
    yield
    await sync_to_async(connections.close_all)()


class JamsInRedis:
    """Puts jams where the balancer finds them."""

    def __init__(self, redis: "Redis") -> None:
        self.redis = redis
        self.now_ms = int(time.time() * 1000)

    def put(
        self, jam_id: str, users: Sequence[str] | int, *, kit: str = "lofi", age_seconds: int = 0
    ) -> None:
        """Put a jam with these users (or that many), each with the next loop, on worker `w1`."""
        if isinstance(users, int):
            users = [f"{jam_id}-{number}" for number in range(users)]
        seats = {user: Seat(LOOPS[number], f"w1:{number}") for number, user in enumerate(users)}
        jam = Jam(kit, self.now_ms - age_seconds * 1000, seats)
        self.redis.hset(Keys().jams, jam_id, encode_jam(jam))

    def set_state(self, jam_id: str, user_id: str, *, playing: bool, in_bars: int) -> LoopState:
        """Let a user start or stop, so many bars from now (negative: that long ago)."""
        state = LoopState(playing, bar_at(time.time() * 1000) + in_bars, 1)
        value = f"{int(state.playing)} {state.bar} {state.seq}"
        self.redis.hset(Keys().state(jam_id), user_id, value)
        return state

    def commands(self, name: str) -> int:
        """Return how often a command was carried out since the statistics were reset."""
        found = self.redis.info("commandstats")
        assert isinstance(found, dict)
        calls: int = found.get(f"cmdstat_{name}", {"calls": 0})["calls"]
        return calls


@pytest.fixture
def jams(redis_url: str) -> Iterator[JamsInRedis]:
    with Redis.from_url(redis_url) as redis:
        yield JamsInRedis(redis)


#: Far enough from a bar's edge for a state to stay the same while a page is rendered.
assert BAR_MS > 2000
