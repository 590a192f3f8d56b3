"""How many jams and users there are, kept every half hour for staff to look back.

Each worker looks once a minute whether this half hour has been counted. A short claim in Redis
keeps the others from counting at the same time; that a half hour is kept only once is the
database's promise (``AppStat.half_hour``), so a claim that is lost, or whose worker dies before it
has written, costs a minute and nothing else.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections, transaction
from redis.exceptions import RedisError

from .balancer import JamBalancer
from .collection import JamCollection
from .models import AppStat, JamStat
from .store import JamStore, StoreError

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

HALF_HOUR = timedelta(minutes=30)
#: How often a worker looks whether the half hour has been counted.
LOOK_SECONDS = 60.0
#: How long a claim keeps the other workers away: long enough to count and write.
CLAIM_SECONDS = 55
#: How long the totals are kept: a year can be compared with the one before.
APP_STATS_KEPT = timedelta(days=800)
#: How long the single jams are kept; they are the bulk.
JAM_STATS_KEPT = timedelta(days=14)
#: Jams of which one count keeps the users: the fullest. The totals count all.
JAM_STATS_AT_MOST = 5_000
_ROWS_TOGETHER = 500


def half_hour_of(moment: datetime) -> datetime:
    """Return when the half hour around ``moment`` (with its zone) began, in UTC."""
    began = moment.astimezone(UTC).replace(second=0, microsecond=0)
    return began.replace(minute=30 * (began.minute // 30))


@transaction.atomic
def record(jams: JamCollection, at: datetime, half_hour: datetime | None = None) -> AppStat:
    """Store a count of these jams and drop what is too old; return the totals.

    Raises IntegrityError if this half hour's is stored already; any DatabaseError stores nothing.
    """
    counted = jams.stats()
    total = AppStat.objects.create(
        at=at, half_hour=half_hour, jams=counted.jams, users=counted.users
    )
    fullest = islice(counted.users_per_jam, JAM_STATS_AT_MOST)
    JamStat.objects.bulk_create(
        (
            JamStat(app_stat=total, jam_id=jam_id, kit=jams.jams[jam_id].kit, users=users)
            for jam_id, users in fullest
        ),
        batch_size=_ROWS_TOGETHER,
    )
    JamStat.objects.filter(app_stat__at__lt=at - JAM_STATS_KEPT).delete()
    AppStat.objects.filter(at__lt=at - APP_STATS_KEPT).delete()
    return total


async def collect_if_due(store: JamStore, balancer: JamBalancer, now: datetime) -> bool:
    """Count this half hour unless somebody has; tell whether it is known to be counted.

    Raises StoreError, redis.RedisError, OSError or DatabaseError; the next look tries again.
    """
    half_hour = half_hour_of(now)
    if not await store.claim_stats_slot(half_hour.isoformat(), CLAIM_SECONDS):
        return False
    if await _in_database(_is_recorded, half_hour):
        return True
    total = await _in_database(record, await balancer.snapshot(), now, half_hour)
    logger.info("Counted %s", total)
    return True


async def collect_regularly(
    store: JamStore, balancer: JamBalancer, look_seconds: float = LOOK_SECONDS
) -> None:
    """Keep the counts coming, till cancelled; nothing that fails ends it."""
    counted: datetime | None = None
    while True:
        await asyncio.sleep(look_seconds * random.uniform(0.5, 1.5))
        now = datetime.now(UTC)
        if counted == half_hour_of(now):
            continue
        try:
            if await collect_if_due(store, balancer, now):
                counted = half_hour_of(now)
        except (StoreError, RedisError, OSError, DatabaseError) as error:
            logger.warning("The statistics have to wait: %s", error)
        except Exception:
            logger.exception("Collecting the statistics failed; it goes on")


def _is_recorded(half_hour: datetime) -> bool:
    return AppStat.objects.filter(half_hour=half_hour).exists()


async def _in_database(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run ``work`` where Django's connections are at home, not on the event loop.

    No request opens and closes them here, so a connection that the database has closed meanwhile
    is sorted out before, and none is left open after.
    """

    def run() -> T:
        close_old_connections()
        try:
            return work(*args, **kwargs)
        finally:
            close_old_connections()

    return await sync_to_async(run)()
