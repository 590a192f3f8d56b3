"""The client of the Redis that the jams live in: a server, or a cluster."""

import asyncio
from typing import Any

from django.conf import settings
from redis.asyncio import BlockingConnectionPool, Redis, RedisCluster
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisClusterException

#: Redis answers in a millisecond. After so long it is away; there are two tries, and then the
#: visitor is told so.
REDIS_SECONDS = 2.0
_CONNECTIONS = 16
#: A cluster's client opens a connection for each command that finds none free, and fails above ...
_CONNECTIONS_TO_A_NODE = 100
#: ... so many; so not more than these are let through at once, whichever node they go to.
_COMMANDS_TO_A_CLUSTER = 64

Client = Redis | RedisCluster


def see_closed_transports() -> None:
    """Have redis-py take a connection whose transport is closed for what it is.

    By itself (8.1) it looks only at whether it has closed it. So one that the network has ended
    while nothing was asked of it is used once more, which uvloop answers with a RuntimeError; and
    when a subscriber's ends with ETIMEDOUT, which Python raises as the TimeoutError that redis-py
    expects of a read, it reads on and on without ever waiting. For every client in this process,
    the channel layer's too.
    """
    AbstractConnection.is_connected = property(_has_open_transport)  # type: ignore[assignment,method-assign]


def _has_open_transport(connection: AbstractConnection) -> bool:
    writer = connection._writer
    if writer is not None and writer.is_closing():
        connection._reader = connection._writer = None
    return connection._writer is not None


class PatientCluster(RedisCluster):
    """A client whose commands (pipelines don't) wait for their turn, with Redis' own errors.

    What it raises of a cluster that can't be reached at all is no RedisError by itself.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._turns = asyncio.Semaphore(_COMMANDS_TO_A_CLUSTER)

    async def initialize(self, *args: Any, **kwargs: Any) -> RedisCluster:
        try:
            return await super().initialize(*args, **kwargs)
        except RedisClusterException as error:
            raise RedisConnectionError(str(error)) from error

    async def execute_command(self, *args: Any, **kwargs: Any) -> Any:
        async with self._turns:
            try:
                return await super().execute_command(*args, **kwargs)
            except RedisClusterException as error:
                raise RedisConnectionError(str(error)) from error


def connect(*, retries: int = 1) -> Client:
    """Return a client for the running event loop.

    A second try is for a connection that Redis closed while it was idle.
    """
    # `Any`: redis-py's two clients have no type in common.
    options: dict[str, Any] = {
        "socket_timeout": REDIS_SECONDS,
        "socket_connect_timeout": REDIS_SECONDS,
        "retry": Retry(NoBackoff(), retries),
    }
    if settings.REDIS_CLUSTER:
        most = _CONNECTIONS_TO_A_NODE
        return PatientCluster.from_url(settings.REDIS_URL, max_connections=most, **options)
    # A pool that waits: the default one raises when all its connections are in use.
    pool = BlockingConnectionPool.from_url(
        settings.REDIS_URL, max_connections=_CONNECTIONS, timeout=REDIS_SECONDS, **options
    )
    return Redis.from_pool(pool)
