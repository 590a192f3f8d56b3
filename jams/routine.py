"""What a process does again and again, whatever fails meanwhile."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from redis.exceptions import RedisError

from .store import StoreError

logger = logging.getLogger(__name__)


async def repeat(work: Callable[[], Awaitable[None]], every: float) -> None:
    """Do this work every so many seconds, till cancelled."""
    while True:
        await survive(work())
        await asyncio.sleep(every)


async def survive(work: Awaitable[object]) -> None:
    """Do this work, and log an exception instead of raising it."""
    try:
        await work
    except (RedisError, OSError, StoreError) as error:
        logger.warning("Redis doesn't answer: %s", error)
    except Exception:
        logger.exception("A worker's routine failed; it goes on")
