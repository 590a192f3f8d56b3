"""The statistics in the admin."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from jams.collection import JamCollection
from jams.jam import Jam, Seat
from jams.loops import LOOPS
from jams.models import AppStat
from jams.stats import record

from .conftest import MakeStaff

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
#: A day's counts: more rows than a page would show if each cost a query.
COUNTS = 40
MOST_QUERIES = 12


@pytest.fixture(autouse=True)
def counts(client: Client, make_staff: MakeStaff) -> list[AppStat]:
    client.force_login(make_staff("view_appstat", "view_jamstat"))
    jams = JamCollection.new(
        {
            kit: Jam(kit, 0, {f"{kit}{n}": Seat(LOOPS[n], "w1:1") for n in range(users)})
            for kit, users in {"lofi": 7, "funk": 2}.items()
        }
    )
    times = [NOW - n * timedelta(minutes=30) for n in range(COUNTS)]
    return [record(jams, at, at) for at in times]


def page(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == HTTPStatus.OK
    return response.content.decode()


@pytest.mark.parametrize("model", ["appstat", "jamstat"])
def test_the_lists_cost_the_same_queries_however_long(
    client: Client, model: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(MOST_QUERIES):
        html = page(client, f"/admin/jams/{model}/")
    assert html.count("<tr>") > COUNTS


def test_a_count_leads_to_the_users_of_each_jam(client: Client, counts: list[AppStat]) -> None:
    url = f"/admin/jams/jamstat/?app_stat__id__exact={counts[3].pk}"
    assert f'href="{url}"' in page(client, "/admin/jams/appstat/")
    assert "2 jam statistics" in page(client, url)
    assert "4.5" in page(client, f"/admin/jams/appstat/{counts[3].pk}/change/")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kit=funk", COUNTS),
        ("users=7", COUNTS),
        ("users=3", 0),
        ("kit=funk&users=7", 0),
        ("kit=no-such-kit", 2 * COUNTS),
        ("q=funk", COUNTS),
        ("q=fun", 0),
        ("app_stat__at__year=2026&app_stat__at__month=3", 2 * 26),
    ],
)
def test_the_jams_can_be_filtered_and_searched(client: Client, query: str, found: int) -> None:
    assert f"{found} jam statistics" in page(client, f"/admin/jams/jamstat/?{query}")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("at__year=2026&at__month=2&at__day=28", 14),
        ("collected=worker", COUNTS),
        ("collected=hand", 0),
        ("collected=nobody", COUNTS),
    ],
)
def test_the_counts_can_be_filtered_by_date_and_origin(
    client: Client, query: str, found: int
) -> None:
    assert f"{found} app statistics" in page(client, f"/admin/jams/appstat/?{query}")
