"""What staff see of the live jams."""

import re
from http import HTTPStatus

import pytest
from django.contrib.admin.utils import quote
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from jams.admin.live_jams import JAMS_PER_PAGE
from jams.names import name_of

from .conftest import JamsInRedis

LIST = "/admin/jams/livejam/"
MOST_QUERIES = 4  # session, user, and the permissions of the user and of their groups


def page(client: Client, url: str = LIST) -> str:
    response = client.get(url)
    assert response.status_code == HTTPStatus.OK, response.status_code
    return response.content.decode()


def rows(html: str) -> list[list[str]]:
    """The texts of a table's cells, row by row."""
    body = html.partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [
            " ".join(re.sub(r"<[^>]*>", "", cell).split())
            for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in body.split("<tr>")[1:]
    ]


def test_the_fullest_jam_comes_first_and_of_equals_the_oldest(
    viewer: Client, jams: JamsInRedis
) -> None:
    jams.put("young", 3, age_seconds=10)
    jams.put("full", 7, age_seconds=5)
    jams.put("old", 3, age_seconds=600)
    jams.put("alone", 1, age_seconds=9000)
    assert [row[:2] for row in rows(page(viewer))] == [
        ["full", "7 of 7"],
        ["old", "3 of 7"],
        ["young", "3 of 7"],
        ["alone", "1 of 7"],
    ]


def test_a_row_says_who_plays_and_for_how_long_the_jam_has_been_on(
    viewer: Client, jams: JamsInRedis
) -> None:
    jams.put("jam", ["ann", "bob", "cyd", "dan"], kit="funk", age_seconds=2 * 3600 + 190)
    jams.set_state("jam", "ann", playing=True, in_bars=-4)
    jams.set_state("jam", "bob", playing=False, in_bars=3)  # stops: is still heard
    jams.set_state("jam", "cyd", playing=True, in_bars=3)  # starts: isn't heard yet
    heard = f"{name_of('ann')} drums, {name_of('bob')} percussion"
    assert rows(page(viewer)) == [["jam", "4 of 7", "2 h 3 min", heard, "funk"]]


def test_with_no_jam_it_says_so(viewer: Client) -> None:
    assert "Nobody is in a jam right now." in page(viewer)


def test_a_jams_page_shows_its_users(viewer: Client, jams: JamsInRedis) -> None:
    jams.put("jam", ["ann", "bob", "cyd", "dan"], kit="funk")
    playing = jams.set_state("jam", "ann", playing=True, in_bars=-50)
    stopping = jams.set_state("jam", "bob", playing=False, in_bars=9)
    queued = jams.set_state("jam", "cyd", playing=True, in_bars=9)
    shown = rows(page(viewer, "/admin/jams/livejam/jam/"))
    assert [[row[0], *row[1:3], row[3].split()[0], *row[4:]] for row in shown] == [
        [f"{name_of('ann')} ann", "drums", "playing", str(playing.bar), "w1", "0"],
        [f"{name_of('bob')} bob", "percussion", "stopping", str(stopping.bar), "w1", "1"],
        [f"{name_of('cyd')} cyd", "bass", "queued", str(queued.bar), "w1", "2"],
        [f"{name_of('dan')} dan", "chords", "quiet", "never", "w1", "3"],
    ]
    assert shown[0][3].endswith("2 min ago")
    assert re.search(r"in \d\d s$", shown[2][3])


def test_the_list_leads_to_the_jam_and_the_jam_to_its_page_on_the_site(
    viewer: Client, jams: JamsInRedis
) -> None:
    jams.put("a_jam-1", 1)
    found = re.search(r'<th scope="row"><a href="([^"]+)"', page(viewer))
    assert found
    assert 'href="/jams/a_jam-1/"' in page(viewer, found[1])


def test_a_jam_that_is_over_leads_back_to_the_list(viewer: Client) -> None:
    response = viewer.get("/admin/jams/livejam/gone/", follow=True)
    assert response.redirect_chain == [(LIST, HTTPStatus.FOUND)]
    assert "The jam gone isn&#x27;t on any more" in response.content.decode()


def test_the_search_finds_a_part_of_an_id(viewer: Client, jams: JamsInRedis) -> None:
    for jam_id in ("abc1", "xbc2", "xyz3"):
        jams.put(jam_id, 1)
    assert {row[0] for row in rows(page(viewer, f"{LIST}?q=bc"))} == {"abc1", "xbc2"}
    assert "No live jam has “nope” in its id." in page(viewer, f"{LIST}?q=nope")


def test_many_jams_come_page_by_page_and_only_the_states_of_those_shown_are_read(
    viewer: Client, jams: JamsInRedis
) -> None:
    for number in range(2 * JAMS_PER_PAGE + 20):
        jams.put(f"jam{number:04}", 1, age_seconds=number)
    jams.redis.config_resetstat()
    assert len(rows(page(viewer))) == JAMS_PER_PAGE
    assert jams.commands("hgetall") == JAMS_PER_PAGE
    last = rows(page(viewer, f"{LIST}?p=3"))
    assert [last[0][0], last[-1][0], len(last)] == ["jam0019", "jam0000", 20]


@pytest.mark.parametrize("number", ["0", "-1", "99", "x", "", "9" * 5000, "٣"])
def test_a_page_that_isnt_there_is_another_one(
    viewer: Client, jams: JamsInRedis, number: str
) -> None:
    jams.put("jam", 1)
    assert rows(page(viewer, f"{LIST}?p={number}"))[0][0] == "jam"


def test_whatever_is_in_redis_comes_out_escaped(viewer: Client, jams: JamsInRedis) -> None:
    attack = '<script>alert("&")</script>'
    jams.put(attack, ['<img src=x onerror="x()">'], kit="<b>kit</b>")
    jam_url = reverse("admin:jams_livejam_change", args=[quote(attack)])
    for url in (LIST, f"{LIST}?q=%3Cscript%3E", jam_url):
        html = page(viewer, url)
        assert "&lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt;" in html
        for raw in (attack, "<img src=x", "<b>kit"):
            assert raw not in html


def test_nothing_is_inline_that_the_content_security_policy_forbids(
    viewer: Client, jams: JamsInRedis
) -> None:
    jams.put("jam", 2)
    for url in (LIST, "/admin/jams/livejam/jam/"):
        html = page(viewer, url)
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", html)


def test_the_number_of_queries_doesnt_grow_with_the_jams(
    viewer: Client, jams: JamsInRedis, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        jams.put(f"jam{number}", 7)
    for url in (LIST, "/admin/jams/livejam/jam7/"):
        with django_assert_max_num_queries(MOST_QUERIES):
            page(viewer, url)
