"""Limits of pages and sockets, and the tags of addresses they are counted by."""

from http import HTTPStatus
from ipaddress import IPv6Address

import pytest
from django.http import HttpRequest, HttpResponse
from django.template.base import Template
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from jams import admission as admission_module
from jams.addresses import address_tag
from jams.admission import RETRY_SECONDS, Admission, limited, session_in
from jams.rates import Rates

NAT, ELSEWHERE = "203.0.113.7", "198.51.100.9"


def admitted(admission: Admission, count: int, session: str, address: str, now: float = 0) -> int:
    """Ask so many times at one moment; return how often it was allowed."""
    return sum(admission.admits(session, address, now) for _ in range(count))


def test_a_session_is_held_back_and_others_of_its_address_are_not() -> None:
    admission = Admission(per_session=60, per_address=1200)
    assert admitted(admission, 100, "a" * 32, NAT) == 60
    assert admitted(admission, 1, "b" * 32, NAT) == 1
    assert admitted(admission, 100, "a" * 32, NAT, now=30) == 30


def test_a_hundred_users_behind_one_address_all_come_in() -> None:
    admission = Admission(per_session=60, per_address=1200)
    assert all(admission.admits(f"{number:032x}", NAT, 0) for number in range(100))


def test_dropping_the_cookie_helps_up_to_the_addresss_limit_only() -> None:
    admission = Admission(per_session=60, per_address=1200)
    assert admitted(admission, 2000, "", NAT) == 1200
    assert admitted(admission, 1, "", ELSEWHERE) == 1
    assert admitted(admission, 100, "", NAT, now=1) == 20


def test_who_has_no_address_is_not_limited_by_it() -> None:
    assert admitted(Admission(per_session=60, per_address=5), 50, "", "") == 50


async def test_who_asks_too_often_gets_a_page_with_a_way_on_that_is_rendered_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def page(_request: HttpRequest) -> HttpResponse:
        return HttpResponse("the page")

    once = Admission(per_session=1, per_address=1000)
    monkeypatch.setattr(admission_module, "_pages", lambda: once)
    view, cookie = limited(page), f"visitor={'0a' * 16}"
    answers = [await view(RequestFactory().get("/", HTTP_COOKIE=cookie)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [
        HTTPStatus.OK,
        HTTPStatus.TOO_MANY_REQUESTS,
    ]
    refusal = answers[1]
    assert refusal["Content-Type"].startswith("text/html")
    assert refusal["Retry-After"] == str(RETRY_SECONDS)
    assert refusal["Cache-Control"] == "no-store"
    text = refusal.content.decode()
    assert 'data-screen="unavailable"' in text
    assert "Try again</a>" in text
    monkeypatch.delattr(Template, "render")
    again = await view(RequestFactory().get("/", HTTP_COOKIE=cookie))
    assert again.content == refusal.content


@given(st.integers(1, 50), st.lists(st.integers(0, 200), max_size=300))
def test_the_memory_of_askers_is_bounded(most: int, askers: list[int]) -> None:
    rates = Rates(per_minute=60, most=most)
    for asker in askers:
        rates.allows(asker, 0)
        assert len(rates) <= most


@pytest.mark.parametrize(
    ("cookies", "session"),
    [
        (f"visitor={'0a' * 16}", "0a" * 16),
        (f"other=1; visitor={'0a' * 16}; more=2", "0a" * 16),
        ("visitor=short", ""),
        (f"visitor={'0A' * 16}", ""),
        (f"visitor={'0a' * 17}", ""),
        ("", ""),
        ("\x00;;=;visitor", ""),
        ("visitor=\xff" + "a" * 5000, ""),
    ],
)
def test_only_a_session_of_ours_counts(cookies: str, session: str) -> None:
    assert session_in(cookies) == session


@given(st.integers(2**64, 2**128 - 2**64 - 1), st.integers(0, 2**64 - 1))
def test_ipv6_is_told_apart_by_its_64(number: int, host: int) -> None:
    tag = address_tag(str(IPv6Address(number)))
    assert address_tag(str(IPv6Address((number >> 64 << 64) + host))) == tag
    assert address_tag(str(IPv6Address(number + 2**64))) != tag


def test_ipv4_is_the_same_seen_through_a_socket_for_both() -> None:
    assert address_tag("::ffff:203.0.113.7") == address_tag("203.0.113.7")
    assert address_tag("::ffff:203.0.113.7") != address_tag("::ffff:203.0.113.8")


@pytest.mark.parametrize(
    "address", ["", "unix:", "203.0.113.7, 10.0.0.1", "2001:db8::/32", "x" * 500, "1.2.3", "\x00"]
)
def test_what_is_no_address_has_no_tag(address: str) -> None:
    assert address_tag(address) == ""


def test_a_tag_does_not_show_the_address() -> None:
    assert "203" not in address_tag(NAT)
    assert len(address_tag(NAT)) == 12
