"""The channel layer's configuration. It joins worker processes, not users: see jams/relay.py."""

from collections.abc import Sequence
from typing import Any

from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

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
    retry = Retry(ExponentialBackoff(cap=LONGEST_RETRY_SECONDS, base=FIRST_RETRY_SECONDS), RETRIES)
    hosts = [
        {
            "address": redis_url,
            "retry": retry,
            "retry_on_error": [RedisConnectionError, RedisTimeoutError],
        }
        for redis_url in redis_urls
    ]
    return {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": hosts, "prefix": "loops"},
        }
    }
