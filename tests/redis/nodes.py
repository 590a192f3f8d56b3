"""A worker's balancer without the rest of the worker: for tests of the store."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import BlockingConnectionPool, Redis

from jams.balancer import JamBalancer
from jams.committer import Committer
from jams.redis_client import Client
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


@asynccontextmanager
async def node_on(redis_url: str, name: str, origin_limit: int = 0) -> AsyncIterator[Node]:
    """A node that has beaten once, with the logging commit script; closed at the end."""
    pool = BlockingConnectionPool.from_url(redis_url, max_connections=8, timeout=10)
    async with Redis.from_pool(pool) as redis, node_of(redis, name, origin_limit) as node:
        yield node


@asynccontextmanager
async def node_of(redis: Client, name: str, origin_limit: int = 0) -> AsyncIterator[Node]:
    """The same with this client."""

    async def take_part(number: int) -> Shard:
        script = logging_commit_script(number)
        store = JamStore(redis, name, number, origin_limit=origin_limit, commit_script=script)
        await store.beat()
        return Shard(store, Committer(store, store.beat))

    shards = Shards(take_part)
    try:
        await shards.look()
        yield Node(shards, JamBalancer(shards))
    finally:
        for shard in shards:
            await shard.committer.close()
