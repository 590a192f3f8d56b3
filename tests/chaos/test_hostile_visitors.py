"""Visitors who want more than their share: forged tokens, floods, foreign pages."""

import asyncio
import http.client
import math
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core import signing
from websockets.exceptions import ConnectionClosed

from jams.tokens import TOKEN_SECONDS, SeatToken, issue
from loops_project.embedded_redis import EmbeddedRedis
from tests.process.serving import serve
from tests.processes import ServerProcess, wait_until

from .guests import Guest, address_of, by_jam, crowd, until
from .raw import handshake, status_of
from .stage import Stage, stage

Measured = Callable[[str, str, str], None]
KEY = "a key that this test and its server share, and nobody else has"
#: Longer than the grace of a seat.
EMPTY_SECONDS = 20.0


@pytest.fixture(scope="module")
def on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A server with the limits of production."""
    limits = {"JAM_SEATS_PER_ADDRESS": "3", "JAM_CONNECTS_PER_MINUTE_PER_ADDRESS": "1200"}
    with stage(tmp_path_factory.mktemp("visitors"), SECRET_KEY=KEY, **limits) as on:
        yield on


def tokens_that_are_no_good(guest: Guest) -> dict[str, str]:
    """Tokens for a guest's seat, each of them wrong in its own way."""
    payload, stamp, signature = guest.token.split(":")
    # The stamp is the second of the issue: its last character may be any.
    other_stamp = stamp[:-1] + ("y" if stamp.endswith("z") else "z")
    seat = SeatToken(guest.user_id, guest.jam_id, "lofi", "drums")
    return {
        "forged": "forged",
        "unsigned": payload,
        "a changed signature": f"{payload}:{stamp}:{signature[:-2]}xx",
        "a changed stamp": f"{payload}:{other_stamp}:{signature}",
        "another salt": signing.dumps(list(seat), key=KEY, salt="other"),
        "another key": signing.dumps(list(seat), key="other", salt="jams.seat"),
        "another jam's": issue(seat._replace(jam_id="elsewhere")),
        "not UTF-8": "%ff%fe",
        "very long": "x" * 4000,
    }


async def code_with(guest: Guest, token: str) -> int:
    """Return the code that a connection with this token is closed with."""
    thief = Guest(guest.url, guest.jam_id, returns=False)
    thief.token = token
    await thief.try_to_come()
    assert not thief.joins
    return int(thief.codes[0].message["code"])


async def test_bad_tokens_are_refused_and_touch_no_seat(
    on: Stage, measured: Measured, settings: object
) -> None:
    settings.SECRET_KEY = KEY  # type: ignore[attr-defined]
    async with crowd(on.url, 2) as (ann, bob):
        await on.settle((ann, bob))
        began, before = time.monotonic(), on.jams()
        for why, token in tokens_that_are_no_good(ann).items():
            assert await code_with(ann, token) == 4401, why
        on.levers.clock_shift = TOKEN_SECONDS + 60
        try:
            assert await code_with(ann, ann.token) == 4401, "expired"
        finally:
            on.levers.clock_shift = 0
        assert on.jams() == before
        assert not ann.codes
        assert not bob.heard_of("user_away", "user_back", "user_joined", since=began)
    measured("10 forged, expired, foreign tokens", "4401, the seat untouched", "4401, untouched")


async def test_a_flood_of_messages_is_closed_and_the_others_hear_on(on: Stage) -> None:
    async with crowd(on.url, 2) as (ann, bob):
        bob.returns = False
        for number in range(40):
            await bob.say("clock", sent=number)
        await bob.hears("clock", sent=39)
        assert not bob.codes, "a burst of forty is allowed"
        with suppress(ConnectionClosed):
            for number in range(400):  # twenty a second are allowed, on however slow a machine
                await bob.say(("play", "stop")[number % 2])
        await ann.hears("user_away", user_id=bob.user_id)
        await until(lambda: bool(bob.codes), 10, "the flood's socket closed")
        assert bob.codes[0].message["code"] == 4429
        asked = time.monotonic()
        await ann.say("play")
        await ann.hears("loop_played", 5, asked, user_id=ann.user_id)


async def test_a_session_that_connects_too_often_is_held_back_alone(
    on: Stage, measured: Measured
) -> None:
    cookie, address = f"visitor={'ab' * 16}", address_of(900)
    guests = [Guest(on.url, returns=False, cookie=cookie, address=address) for _ in range(70)]
    began = time.monotonic()
    await asyncio.gather(*(guest.try_to_come() for guest in guests))
    took = time.monotonic() - began
    codes = [guest.codes[0].message["code"] for guest in guests if not guest.joins]
    assert set(codes) == {4429}
    # One more a second is let in.
    assert 10 - math.ceil(took) <= len(codes) <= 10
    async with crowd(on.url, 1, cookie=f"visitor={'cd' * 16}", addresses=range(900, 901)):
        pass
    await asyncio.gather(*(guest.go() for guest in guests))
    measured("70 sockets of one session at once", "60 a minute, then 4429", f"{len(codes)} refused")


def page(on: Stage, cookie: str, address: str) -> tuple[int, str]:
    """The page's status, and the cookie it sets."""
    place = urlsplit(on.url).netloc
    with closing(http.client.HTTPConnection(place, timeout=10)) as connection:
        headers = {"X-Forwarded-For": address, **({"Cookie": cookie} if cookie else {})}
        connection.request("GET", "/", headers=headers)
        response = connection.getresponse()
        response.read()
        if response.status == 429:
            assert response.headers["Retry-After"] == "10"
            assert response.headers["Content-Type"].startswith("text/html")
            assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        return response.status, response.headers.get("Set-Cookie") or ""


def test_a_session_that_reloads_too_often_is_held_back_alone(on: Stage) -> None:
    address = address_of(901)
    status, cookie = page(on, "", address)
    assert status == 200
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    cookie = cookie.partition(";")[0]
    # The last users of the tests before may still be within their grace.
    wait_until(lambda: not on.jams(), EMPTY_SECONDS, "an empty house")
    before = on.keys()
    statuses = [page(on, cookie, address)[0] for _ in range(75)]
    assert statuses[:60] == [200] * 60
    assert 429 in statuses
    assert page(on, "", address)[0] == 200
    assert on.keys() == before, "a page view wrote something"


async def test_a_hundred_behind_one_address_are_all_seated(on: Stage, measured: Measured) -> None:
    async with crowd(on.url, 100, addresses=range(1)) as guests:
        assert all(guest.is_in for guest in guests)
        on.assert_rules()
    measured("100 users behind one NAT", "all seated", "all seated")


@pytest.mark.long
async def test_one_address_cannot_crowd_a_newcomer(on: Stage, measured: Measured) -> None:
    async with crowd(on.url, 500, addresses=range(1), invite=False) as flood:
        async with crowd(on.url, 5, addresses=range(950, 951)) as newcomers:
            ours = by_jam(newcomers)
            theirs = {jam: len(those) for jam, those in by_jam(flood).items() if jam in ours}
            most = max(theirs.values(), default=0)
            assert most <= 7 / 2
        on.assert_rules()
    measured(
        "500 sockets of one address",
        "a newcomer's jam is at most half theirs",
        f"{most} of 7 seats are theirs",
    )


ORIGINS = [
    (("Origin: {url}",), 101),
    ((), 403),
    (("Origin: null",), 403),
    (("Origin:",), 403),
    (("Origin: {host}",), 403),
    (("Origin: https://{host}",), 403),
    (("Origin: http://evil.example",), 403),
    (("Origin: http://127.0.0.1.evil.example",), 403),
    (("Origin: http://evil-127.0.0.1",), 403),
    (("Origin: http://127.0.0.1:99999999",), 403),
    (("Origin: http://[",), 403),
    (("Origin: http://[::1",), 403),
    (("Origin: {url}/",), 403),
    (("Origin: {url}@evil.example",), 403),
    (("Origin: {url}", "Origin: http://evil.example"), 400),
    (("Origin: \xff\xfe",), 403),
]


@pytest.mark.parametrize(("headers", "status"), ORIGINS)
def test_only_pages_of_ours_may_open_a_socket(
    on: Stage, headers: tuple[str, ...], status: int
) -> None:
    host = urlsplit(on.url).netloc
    lines = [line.format(url=on.url, host=host) for line in headers] or ["X-None: 1"]
    assert status_of(on.url, handshake(on.url, "anywhere", *lines)) == status
    assert "Traceback" not in on.server.log


def test_in_production_the_port_and_the_scheme_count_too(tmp_path: Path) -> None:
    with EmbeddedRedis() as redis:
        allowed = "https://loops.example.org"
        with serve(tmp_path, redis.url, ALLOWED_ORIGINS=allowed) as server:
            assert origin_status(server, allowed) == 101
            for origin in (
                "http://loops.example.org",
                "https://loops.example.org:8443",
                "https://loops.example.org.evil.example",
                "https://www.loops.example.org",
                server.url,
            ):
                assert origin_status(server, origin) == 403, origin


def origin_status(server: ServerProcess, origin: str) -> int:
    return status_of(server.url, handshake(server.url, "anywhere", f"Origin: {origin}"))
