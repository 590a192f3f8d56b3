"""A worker's balancer without the rest of the worker: for tests of the store."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple

from redis import Redis as SyncRedis
from redis import RedisCluster as SyncRedisCluster
from redis.asyncio import BlockingConnectionPool, Redis

from jams.balancer import JamBalancer
from jams.committer import Committer
from jams.redis_client import Client, PatientCluster
from jams.shards import Shard, Shards
from jams.store import JamStore

from .commit_log import logging_commit_script


@dataclass
class Node:
    """A worker as the store sees it: `store` and `committer` are those of the first shard."""

    shards: Shards
    balancer: JamBalancer

    @property
    def store(self) -> JamStore:
        return self.shards[0].store

    @property
    def committer(self) -> Committer:
        return self.shards[0].committer


class Home(NamedTuple):
    """Where the jams of a test live: a Redis, or a cluster."""

    url: str
    is_cluster: bool = False

    def connect(self) -> Client:
        if self.is_cluster:
            return PatientCluster.from_url(self.url)
        pool = BlockingConnectionPool.from_url(self.url, max_connections=8, timeout=10)
        return Redis.from_pool(pool)

    def connect_sync(self) -> SyncRedis | SyncRedisCluster:
        client = SyncRedisCluster if self.is_cluster else SyncRedis
        return client.from_url(self.url)


DEADLINE_SECONDS = 15.0


@asynccontextmanager
async def node_on(home: Home | str, name: str, address_limit: int = 0) -> AsyncIterator[Node]:
    """A node that has beaten once, with the logging commit script; closed at the end."""
    home = Home(home) if isinstance(home, str) else home
    async with home.connect() as redis, node_of(redis, name, address_limit) as node:
        yield node


@asynccontextmanager
async def node_of(redis: Client, name: str, address_limit: int = 0) -> AsyncIterator[Node]:
    """The same with this client."""

    async def take_part(number: int) -> Shard:
        script = logging_commit_script(number)
        store = JamStore(redis, name, number, address_limit=address_limit, commit_script=script)
        await store.beat()
        return Shard(store, Committer(store, store.beat))

    shards = Shards(take_part)
    try:
        await shards.look()
        yield Node(shards, JamBalancer(shards))
    finally:
        for shard in shards:
            await shard.committer.close()


async def until(condition: Callable[[], bool | Awaitable[bool]]) -> None:
    """Return once the condition holds; fail if it doesn't in time."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not (await holds if isinstance(holds := condition(), Awaitable) else holds):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
