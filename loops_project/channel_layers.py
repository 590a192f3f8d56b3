"""The channel layer's configuration. It joins worker processes, not users: see jams/relay.py."""

from collections.abc import Sequence
from typing import Any

from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

#: A Redis that says nothing for so long is away, and isn't waited for twice: what it should have
#: passed on is told again. Not shorter: after a moment's hang it is better told late.
REDIS_SECONDS = 5.0
RETRIES = 5
FIRST_RETRY_SECONDS = 0.02
LONGEST_RETRY_SECONDS = 0.5


def channel_layers(redis_urls: Sequence[str]) -> dict[str, dict[str, Any]]:
    """`CHANNEL_LAYERS` on these Redis servers, the processes spread over them; empty without any.

    The pub/sub layer, because the other one counts its capacity per process and drops what exceeds
    it in silence. The retry is for a Redis that restarted: without it the first publish afterwards
    raises.
    """
    if not redis_urls:
        return {}
    backoff = ExponentialBackoff(cap=LONGEST_RETRY_SECONDS, base=FIRST_RETRY_SECONDS)
    retry = Retry(backoff, RETRIES, supported_errors=(RedisConnectionError,))
    hosts = [
        {
            "address": redis_url,
            "retry": retry,
            "retry_on_error": [RedisConnectionError],
            "socket_timeout": REDIS_SECONDS,
            "socket_connect_timeout": REDIS_SECONDS,
        }
        for redis_url in redis_urls
    ]
    return {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": hosts, "prefix": "loops"},
        }
    }
