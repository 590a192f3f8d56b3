"""A worker's balancer without the rest of the worker: for tests of the store."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import BlockingConnectionPool, Redis

from jams.balancer import JamBalancer
from jams.committer import Committer
from jams.store import JamStore

from .commit_log import logging_commit_script


@dataclass
class Node:
    """A worker as the store sees it."""

    store: JamStore
    committer: Committer
    balancer: JamBalancer


@asynccontextmanager
async def node_on(redis_url: str, name: str, origin_limit: int = 0) -> AsyncIterator[Node]:
    """A node that has beaten once, with the logging commit script; closed at the end."""
    pool = BlockingConnectionPool.from_url(redis_url, max_connections=8, timeout=10)
    redis = Redis.from_pool(pool)
    store = JamStore(redis, name, origin_limit=origin_limit, commit_script=logging_commit_script())
    committer = Committer(store, store.beat)
    try:
        await store.beat()
        yield Node(store, committer, JamBalancer(store, committer))
    finally:
        await committer.close()
        await redis.aclose()
