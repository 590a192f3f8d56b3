"""Wrong passwords are limited: per staff name and address, and more widely per address.

The counts are in Redis, where all workers share them. With Redis away each worker counts by
itself, in Django's cache: staff must be able to log in to see what is the matter, and a guesser
must not get an open door out of an outage; the limit then holds per worker.
"""

import logging
import unicodedata
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import salted_hmac
from redis import Redis, RedisCluster
from redis.backoff import NoBackoff
from redis.exceptions import RedisClusterException, RedisError
from redis.retry import Retry

from .addresses import address_tag

logger = logging.getLogger(__name__)

#: From the first wrong password of a count till it is forgotten.
WINDOW_SECONDS = 15 * 60
#: Attempts of one address, whatever the names, are limited to so many times those of one name: an
#: office may share an address, but nobody tries one password on a thousand names.
NAMES_PER_ADDRESS = 10
_REDIS_SECONDS = 1.0


def count_attempt(name: str, address: str) -> int:
    """Count an attempt to log in; return how long it has to wait, in seconds (0: it may be made).

    It is counted before the password is looked at, so that many at the same moment don't slip by.
    """
    limit = settings.JAM_LIMITS.logins_per_quarter_hour
    limits = {_name_key(name, address): limit}
    tag = address_tag(address)
    if tag:
        limits[f"logins:{tag}"] = limit * NAMES_PER_ADDRESS
    counts = _count(list(limits))
    waits = (
        seconds
        for (count, seconds), most in zip(counts, limits.values(), strict=True)
        if count > most
    )
    return max(waits, default=0)


def forget_attempts(name: str, address: str) -> None:
    """The password was right: forget the wrong ones before it. The address's count stays."""
    key = _name_key(name, address)
    cache.delete(key)
    try:
        with _connect() as redis:
            redis.delete(key)
    except (RedisError, RedisClusterException, OSError) as error:
        logger.warning("Attempts to log in stay counted, Redis doesn't answer: %s", error)


def _name_key(name: str, address: str) -> str:
    """Return the key of a name and an address: opaque, since a name may be a mail address."""
    plain = unicodedata.normalize("NFKC", name).strip().casefold()
    digest = salted_hmac("jams.login_throttle", f"{address_tag(address)} {plain}").hexdigest()
    return f"logins:{digest[:32]}"


def _count(keys: list[str]) -> list[tuple[int, int]]:
    """Raise these counts; return each with the seconds till it is forgotten."""
    try:
        with _connect() as redis, redis.pipeline() as together:
            for key in keys:
                together.set(key, 0, nx=True, ex=WINDOW_SECONDS)
                together.incr(key)
                together.ttl(key)
            replies = together.execute()
    except (RedisError, RedisClusterException, OSError) as error:
        logger.warning("Attempts to log in are counted per worker, Redis is away: %s", error)
        return [(_count_here(key), WINDOW_SECONDS) for key in keys]
    return list(zip(replies[1::3], replies[2::3], strict=True))


def _count_here(key: str) -> int:
    cache.add(key, 0, WINDOW_SECONDS)
    try:
        return cache.incr(key)
    except ValueError:  # it has just expired
        return 1


def _connect() -> "Redis | RedisCluster":
    options: dict[str, Any] = {
        "socket_timeout": _REDIS_SECONDS,
        "socket_connect_timeout": _REDIS_SECONDS,
        "retry": Retry(NoBackoff(), 0),
    }
    if settings.REDIS_CLUSTER:
        return RedisCluster.from_url(settings.REDIS_URL, **options)
    return Redis.from_url(settings.REDIS_URL, **options)
