"""Counting jams and users every half hour: once, whoever does it, and whatever fails."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries
from redis.asyncio import Redis

from jams import stats
from jams.balancer import JamBalancer
from jams.collection import JamCollection
from jams.jam import Jam, Seat
from jams.loops import LOOPS
from jams.models import AppStat, JamStat
from jams.stats import (
    APP_STATS_KEPT,
    CLAIM_SECONDS,
    HALF_HOUR,
    JAM_STATS_KEPT,
    LOOK_SECONDS,
    collect_if_due,
    collect_regularly,
    half_hour_of,
    record,
)
from jams.store import JamStore
from tests.redis.nodes import node_of

from .conftest import JamsInRedis

NOW = datetime(2026, 3, 1, 12, 47, 11, tzinfo=UTC)
SLOT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
WORKERS = 8
DEADLINE_SECONDS = 10


def jam(users: int, kit: str = "lofi") -> Jam:
    return Jam(kit, 0, {f"{kit}{n}": Seat(LOOPS[n], "w1:1") for n in range(users)})


def collection(**users: int) -> JamCollection:
    return JamCollection.new({jam_id: jam(count) for jam_id, count in users.items()})


@asynccontextmanager
async def worker(url: str) -> AsyncIterator[tuple[JamStore, JamBalancer]]:
    """A store and a balancer on a connection of their own, as another process has them."""
    async with Redis.from_url(url) as redis, node_of(redis, "w0") as node:
        yield node.store, node.balancer


@pytest.mark.parametrize(
    ("moment", "began"),
    [("12:00:00", "12:00"), ("12:29:59", "12:00"), ("12:30:00", "12:30"), ("23:59:59", "23:30")],
)
def test_a_half_hour_begins_on_the_hour_or_half_past(moment: str, began: str) -> None:
    at = datetime.fromisoformat(f"2026-03-01T{moment}+00:00")
    assert half_hour_of(at) == datetime.fromisoformat(f"2026-03-01T{began}:00+00:00")


def test_the_claim_fits_between_two_looks_and_many_looks_in_a_half_hour() -> None:
    assert CLAIM_SECONDS < LOOK_SECONDS
    assert HALF_HOUR.total_seconds() > 10 * LOOK_SECONDS
    assert JAM_STATS_KEPT < APP_STATS_KEPT


@pytest.mark.django_db
class TestRecord:
    def test_keeps_the_totals_and_each_jams_users(self) -> None:
        jams = JamCollection.new({"a": jam(2), "b": jam(7, "funk")})
        total = record(jams, NOW, SLOT)
        assert (total.at, total.half_hour, total.jams, total.users) == (NOW, SLOT, 2, 9)
        kept = JamStat.objects.values_list("app_stat", "jam_id", "kit", "users")
        assert list(kept) == [(total.pk, "b", "funk", 7), (total.pk, "a", "lofi", 2)]

    def test_nobody_there_is_a_count_too(self) -> None:
        total = record(collection(), NOW)
        assert (total.jams, total.users, JamStat.objects.count()) == (0, 0, 0)

    def test_a_half_hour_is_kept_once_and_what_comes_second_leaves_no_trace(self) -> None:
        record(collection(a=1), NOW, SLOT)
        with pytest.raises(IntegrityError), transaction.atomic():
            record(collection(b=1), NOW, SLOT)
        assert list(JamStat.objects.values_list("jam_id", flat=True)) == ["a"]

    def test_by_hand_it_is_kept_as_often_as_asked(self) -> None:
        for _ in range(2):
            record(collection(a=1), NOW)
        assert AppStat.objects.filter(half_hour=None).count() == 2

    def test_of_many_jams_the_fullest_are_kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stats, "JAM_STATS_AT_MOST", 2)
        total = record(collection(a=1, b=5, c=3), NOW)
        assert list(JamStat.objects.values_list("jam_id", flat=True)) == ["b", "c"]
        assert (total.jams, total.users) == (3, 9)

    def test_what_is_too_old_goes(self) -> None:
        ages = [
            timedelta(0),
            JAM_STATS_KEPT + HALF_HOUR,
            APP_STATS_KEPT - HALF_HOUR,
            APP_STATS_KEPT + HALF_HOUR,
        ]
        for age in reversed(ages):
            record(collection(a=1), NOW - age)
        assert [NOW - stat.at for stat in AppStat.objects.all()] == ages[:3]
        assert [NOW - stat.app_stat.at for stat in JamStat.objects.all()] == ages[:1]

    def test_the_number_of_queries_grows_only_with_the_batches(
        self, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        jams = collection(**{f"jam{n}": 1 for n in range(400)})
        with django_assert_max_num_queries(10):
            record(jams, NOW)

    def test_the_database_refuses_what_cant_be(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            AppStat.objects.create(at=NOW, jams=2, users=1)
        total = record(collection(a=1), NOW)
        for jam_id, users in (("a", 1), ("b", 0)):
            with pytest.raises(IntegrityError), transaction.atomic():
                JamStat.objects.create(app_stat=total, jam_id=jam_id, kit="lofi", users=users)


@pytest.mark.usefixtures("database")
class TestCollecting:
    async def test_of_several_workers_one_counts_a_half_hour(
        self, redis_url: str, jams: JamsInRedis
    ) -> None:
        jams.put("a", 3)

        async def look(now: datetime) -> bool:
            async with worker(redis_url) as parts:
                return await collect_if_due(*parts, now)

        did = await asyncio.gather(*(look(NOW) for _ in range(WORKERS)))
        assert sum(did) == 1
        assert [stat.users async for stat in AppStat.objects.all()] == [3]

    async def test_a_claim_that_is_over_or_lost_counts_nothing_twice(
        self, redis_url: str, jams: JamsInRedis
    ) -> None:
        jams.put("a", 3)
        async with worker(redis_url) as parts:
            for _ in range(3):
                assert await collect_if_due(*parts, NOW)
                jams.redis.delete("{s0}stats")
            assert await collect_if_due(*parts, NOW + HALF_HOUR)
        slots = [stat.half_hour async for stat in AppStat.objects.order_by("at")]
        assert slots == [SLOT, SLOT + HALF_HOUR]

    async def test_the_claim_ends_by_itself(self, redis_url: str, jams: JamsInRedis) -> None:
        async with worker(redis_url) as (store, _):
            assert await store.claim_stats_slot("slot", CLAIM_SECONDS)
            assert not await store.claim_stats_slot("slot", CLAIM_SECONDS)
        ttl = jams.redis.ttl("{s0}stats")
        assert isinstance(ttl, int)
        assert 0 < ttl <= CLAIM_SECONDS

    async def test_it_goes_on_after_the_database_and_redis_have_failed(
        self,
        redis_url: str,
        jams: JamsInRedis,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        recorded, failures = asyncio.Event(), [DatabaseError("down"), ConnectionError("away")]
        loop = asyncio.get_running_loop()

        def record_later(jams: JamCollection, at: datetime, half_hour: datetime) -> AppStat:
            if failures:
                raise failures.pop(0)
            total = record(jams, at, half_hour)
            loop.call_soon_threadsafe(recorded.set)
            return total

        monkeypatch.setattr(stats, "record", record_later)
        monkeypatch.setattr(JamStore, "claim_stats_slot", always_granted)
        jams.put("a", 2)
        with caplog.at_level(logging.WARNING, "jams.stats"):
            async with worker(redis_url) as parts:
                task = asyncio.create_task(collect_regularly(*parts, look_seconds=0.001))
                async with asyncio.timeout(DEADLINE_SECONDS):
                    await recorded.wait()
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        assert [stat.users async for stat in AppStat.objects.all()] == [2]
        assert [entry.getMessage() for entry in caplog.records] == [
            "The statistics have to wait: down",
            "The statistics have to wait: away",
        ]


async def always_granted(store: JamStore, slot: str, seconds: int) -> bool:
    return True
