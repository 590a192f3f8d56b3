"""Lines that go dead, peers that don't read, storms and resets."""

import asyncio
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import quantiles

import pytest

from .guests import Guest, by_jam, crowd, until
from .raw import Line, opened
from .stage import Stage, stage

Measured = Callable[[str, str, str], None]
GONE_SECONDS = 20.0
UNREAD_SECONDS = 10.0
UNREAD_BYTES = 5 * 1024 * 1024


@pytest.mark.long
async def test_a_dead_line_gives_its_seat_back_soon(tmp_path: Path, measured: Measured) -> None:
    with stage(tmp_path) as on:
        async with crowd(on.url, 2) as (ann, bob), Line(on.url) as line:
            cleo = Guest(line.url, returns=False)
            cleo.origin = on.url
            await cleo.come()
            await ann.hears("user_joined", user_id=cleo.user_id)
            descriptors = on.counts()["descriptors"]
            line.die()
            began = time.monotonic()
            away = await ann.hears("user_away", GONE_SECONDS, began, user_id=cleo.user_id)
            left = await bob.hears("user_left", GONE_SECONDS, began, user_id=cleo.user_id)
            assert left.at - began <= GONE_SECONDS
            await until(
                lambda: on.counts()["descriptors"] == descriptors - 1, 5, "the socket closed"
            )
            on.assert_rules()
            measured(
                "half-open TCP",
                f"gone within {GONE_SECONDS:.0f} s",
                f"noticed after {away.at - began:.1f} s, seat free after {left.at - began:.1f} s",
            )


async def toggled(guests: list[Guest], seconds: float) -> list[float]:
    """Let guests of one jam start and stop in turn; return how long each event took to a guest."""
    took, began, verb = list[float](), time.monotonic(), 0
    while time.monotonic() - began < seconds or verb % 2:
        for speaker in guests:
            asked = time.monotonic()
            await speaker.say(("play", "stop")[verb % 2])
            kind = ("loop_played", "loop_stopped")[verb % 2]
            heard = await asyncio.gather(
                *(guest.hears(kind, 10, asked, user_id=speaker.user_id) for guest in guests)
            )
            took += [event.at - asked for event in heard]
            await asyncio.sleep(0.03)  # within the rate
        verb += 1
    return took


def p99(times: list[float]) -> float:
    return quantiles(times, n=100)[98] * 1000


@pytest.mark.long
async def test_who_does_not_read_is_closed_and_slows_nobody(
    tmp_path: Path, measured: Measured
) -> None:
    with stage(tmp_path) as on:
        async with crowd(on.url, 4) as guests:
            jam_id = guests[0].jam_id
            before = await toggled(guests, 4)
            rss = on.counts()["rss"]
            began = time.monotonic()
            with closing(opened(on.url, jam_id, receive_buffer=1024)):
                deaf = await guests[0].hears("user_joined", 5, began)
                user_id = deaf.message["user"]["user_id"]
                toggling = asyncio.create_task(toggled(guests, UNREAD_SECONDS))
                away = await guests[0].hears("user_away", GONE_SECONDS, began, user_id=user_id)
                during = await toggling
                grown = on.counts()["rss"] - rss
            closed = away.at - began
            assert closed <= UNREAD_SECONDS
            assert grown < UNREAD_BYTES
            assert p99(during) < 2 * p99(before) + 20
            measured(
                "slow reader (1 KB buffer, never reads)",
                f"closed within {UNREAD_SECONDS:.0f} s; memory < 5 MB; others' p99 unchanged",
                f"closed after {closed:.1f} s; {grown / 2**20:+.1f} MB; "
                f"p99 {p99(before):.1f} -> {p99(during):.1f} ms",
            )


async def storm(on: Stage, count: int) -> tuple[float, float]:
    """Seat so many at once, cut them all, and return how long each took."""
    began = time.monotonic()
    async with crowd(on.url, count, addresses=range(count // 5), together=count) as guests:
        seated = time.monotonic() - began
        await on.settle(guests, 60)
        seats = {guest: guest.seat for guest in guests}
        began = time.monotonic()
        for guest in guests:
            guest.cut()
        await until(lambda: all(len(g.joins) > 1 and g.is_in for g in guests), 60, "all back")
        back = time.monotonic() - began
        await on.settle(guests, 60)
        on.assert_rules()
        assert {guest: guest.seat for guest in guests} == seats
        assert max(map(len, by_jam(guests).values())) <= 7
        codes = {code.message["code"] for guest in guests for code in guest.codes}
        assert codes == {1006}
        return seated, back


@pytest.mark.long
async def test_a_storm_of_reconnects_seats_everybody(tmp_path: Path, measured: Measured) -> None:
    count = 1500
    with stage(tmp_path, "--workers", "2") as on:
        seated, back = await storm(on, count)
        assert "Traceback" not in on.server.log
        measured(
            f"reconnect storm, {count:,} at once",
            "all in the same seat; no error, no violation",
            f"all seated in {seated:.1f} s, all back in {back:.1f} s",
        )
