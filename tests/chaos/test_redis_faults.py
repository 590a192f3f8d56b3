"""Redis dies and comes back empty, is flushed, or hangs, while people make music."""

import asyncio
import signal
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from jams.loops import LOOPS
from tests.process.serving import wait_for_new_workers

from .guests import Guest, by_jam, crowd, until
from .stage import KEYS, Stage, stage

Measured = Callable[[str, str, str], None]
HUNG_SECONDS = 12.0
#: Longer than a lease, and the look that would end it.
REFUSED_SECONDS = 13.0
#: Long enough that every client of Redis has given its connection up.
AWAY_SECONDS = 3.0
#: A worker notices a loss at its next beat (2 s), and claims at once.
HEALED_SECONDS = 15.0
#: Seats of workers that are no more are freed with their leases (10 s), and claimed then.
LEASES_SECONDS = 20.0


@asynccontextmanager
async def two_workers_of_guests(
    folder: Path, count: int
) -> AsyncIterator[tuple[Stage, list[Guest]]]:
    """A server of two workers, and guests who share its jams across them."""
    with stage(folder, "--workers", "2") as on:
        async with crowd(on.url, count) as guests:
            await on.settle(guests)
            yield on, guests


async def toggle(guests: list[Guest], within: float) -> float:
    """Let each guest start and stop; return the longest time until their own worker told them."""
    longest = 0.0
    for verb, answer in (("play", "loop_played"), ("stop", "loop_stopped")):
        for guest in guests:
            asked = time.monotonic()
            await guest.say(verb)
            heard = await guest.hears(answer, within, asked, user_id=guest.user_id)
            longest = max(longest, heard.at - asked)
    return longest


async def neighbours_hear(on: Stage, guests: list[Guest], within: float) -> None:
    """Assert that users of one process hear each other now."""
    local = [by_jam(on.guests_of(pid, guests)).values() for pid in on.workers()]
    pair = max((those for jams in local for those in jams), key=len)
    asked = time.monotonic()
    await pair[0].say("play")
    await pair[1].hears("loop_played", within, asked, user_id=pair[0].user_id)
    asked = time.monotonic()
    await pair[0].say("stop")
    await pair[1].hears("loop_stopped", within, asked, user_id=pair[0].user_id)


def page_status(url: str) -> tuple[int, str]:
    """The page's status, and what it says about when to try again."""
    try:
        with urllib.request.urlopen(url, timeout=15) as response:
            return response.status, ""
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Retry-After"] or ""


def assert_nobody_noticed(guests: list[Guest], seats: dict[Guest, object], since: float) -> None:
    """Nobody was moved, removed, closed, or seen to leave."""
    assert not [code for guest in guests for code in guest.codes]
    assert {guest: guest.seat for guest in guests} == seats
    users = {guest.user_id for guest in guests}
    for guest in guests:
        left = {message["user_id"] for message in guest.heard_of("user_left", since=since)}
        assert not left & users


async def healed(on: Stage, guests: list[Guest]) -> None:
    """Wait until Redis has everybody in their seat again, and everybody sees what it has."""

    def all_there() -> bool:
        seated = {
            (user, jam_id, seat.loop)
            for jam_id, jam in on.jams().items()
            for user, seat in jam.users.items()
        }
        return all(guest.seat in seated for guest in guests)

    await until(all_there, HEALED_SECONDS, "all seats claimed again")
    await on.settle(guests)
    on.assert_rules()


@pytest.mark.parametrize(
    "fault", ["restarted empty", pytest.param("FLUSHALL", marks=pytest.mark.long)]
)
async def test_a_redis_that_loses_everything_moves_and_loses_nobody(
    tmp_path: Path, measured: Measured, fault: str
) -> None:
    async with two_workers_of_guests(tmp_path, 24) as (on, guests):
        seats: dict[Guest, object] = {guest: guest.seat for guest in guests}
        began = time.monotonic()
        if fault == "FLUSHALL":
            on.redis.client.flushall()
        else:
            on.redis.kill()
            assert (await asyncio.to_thread(page_status, on.url))[0] == 503
            # Redis stays away until they have: it can't be what they heard each other by.
            await neighbours_hear(on, guests, 10)
            await until(lambda: time.monotonic() - began > AWAY_SECONDS, 30, "the outage")
            on.redis.start()
        back = time.monotonic()
        # Newcomers of the very first moment must not get the seats of those who are there.
        async with crowd(on.url, 12) as newcomers:
            await healed(on, guests + newcomers)
            took = time.monotonic() - back
            assert_nobody_noticed(guests, seats, began)
            await toggle(guests[:4], 5)
            await hear_each_other(guests)
            measured(
                f"Redis {fault}, 24 users, 12 newcomers at once",
                "nobody moved or removed; all claimed again",
                f"all seated and seen after {took:.1f} s; all same seat",
            )


def owners(on: Stage) -> dict[str, str]:
    """Which connection has each user's seat, as Redis has it."""
    return {user: seat.owner for jam in on.jams().values() for user, seat in jam.users.items()}


async def swap_one(on: Stage, guests: list[Guest]) -> None:
    """Let somebody of the smallest jam change to a loop that is free."""
    guest = min(by_jam(guests).values(), key=len)[0]
    free = set(LOOPS) - {user["loop"] for user in guest.sees.values()}
    asked = time.monotonic()
    await guest.say("swap", loop=min(free))
    await guest.hears("loop_swapped", 5, asked, user_id=guest.user_id)
    await on.settle(guests)


async def test_workers_stay_while_redis_is_away_for_new_ones_could_seat_nobody(
    tmp_path: Path, measured: Measured
) -> None:
    async with two_workers_of_guests(tmp_path, 8) as (on, guests):
        old, asked = on.workers(), time.monotonic()
        on.redis.kill()
        on.server.process.send_signal(signal.SIGHUP)
        await until(lambda: "the old ones stay" in on.server.log, 20, "the refusal")
        for guest in guests:
            await guest.say("clock", sent=asked)
            await guest.hears("clock", sent=asked)
        await until(lambda: on.workers() == old, 10, "the new one gone")
        assert not any(guest.codes for guest in guests)
        on.redis.start()
        await on.settle(guests)
        await hear_each_other(guests)
        on.server.process.send_signal(signal.SIGHUP)
        await asyncio.to_thread(wait_for_new_workers, on.server, old, 2)
        await until(lambda: all(len(guest.joins) >= 2 for guest in guests), 20, "all back")
        measured("SIGHUP while Redis is away", "nobody sent away", "nobody sent away")


@pytest.mark.parametrize(
    "since", ["connections are new", pytest.param("workers are new", marks=pytest.mark.long)]
)
async def test_a_redis_that_comes_back_with_older_data_moves_and_loses_nobody(
    tmp_path: Path, measured: Measured, since: str
) -> None:
    async with two_workers_of_guests(tmp_path, 24) as (on, guests):
        on.redis.save()
        # Since then everybody has another connection, and many have it to another worker.
        if since == "workers are new":
            old = on.workers()
            on.server.process.send_signal(signal.SIGHUP)
            await asyncio.to_thread(wait_for_new_workers, on.server, old, 2)
        else:
            for guest in guests:
                guest.cut()
        await until(lambda: all(len(guest.joins) >= 2 for guest in guests), 20, "all back")
        await until(lambda: all(guest.is_in for guest in guests), 20, "all in")
        await on.settle(guests)
        await swap_one(on, guests)
        seats: dict[Guest, object] = {guest: guest.seat for guest in guests}
        owned = owners(on)
        for guest in guests:
            guest.codes.clear()
        began = time.monotonic()
        on.redis.kill()
        on.redis.start()
        assert owners(on).keys() == owned.keys()
        await until(lambda: owners(on) == owned, LEASES_SECONDS, "all seats claimed again")
        took = time.monotonic() - began
        await hear_each_other(guests)
        await on.settle(guests)
        assert_nobody_noticed(guests, seats, began)
        on.assert_rules()
        measured(
            f"Redis restarted with an older copy of its data, 24 users; {since}",
            "nobody moved, closed or removed; all claimed again",
            f"all claimed after {took:.1f} s; all same seat",
        )


async def test_a_redis_that_refuses_writes_makes_no_worker_take_another_for_dead(
    tmp_path: Path, measured: Measured
) -> None:
    async with two_workers_of_guests(tmp_path, 24) as (on, guests):
        await on.in_every_worker(guests)
        seats: dict[Guest, object] = {guest: guest.seat for guest in guests}
        owned, began = owners(on), time.monotonic()
        # As with a full disk or memory: it answers, and writes nothing.
        on.redis.client.config_set("min-replicas-to-write", 1)
        longest = await toggle(guests[:6], 2)
        await until(
            lambda: time.monotonic() - began > REFUSED_SECONDS, REFUSED_SECONDS + 1, "the refusal"
        )
        on.redis.client.config_set("min-replicas-to-write", 0)
        beats = node_counters(on)
        await until(
            lambda: all(count > beats[node] + 1 for node, count in node_counters(on).items()),
            HEALED_SECONDS,
            "beats of all workers",
        )
        await healed(on, guests)
        # What the guests see isn't enough: those of one worker would notice nothing.
        assert "Ended the leases" not in on.server.log
        assert owners(on) == owned
        assert_nobody_noticed(guests, seats, began)
        measured(
            f"Redis refuses to write for {REFUSED_SECONDS:.0f} s",
            "nobody moved, closed or removed; play and stop go on",
            f"nobody; play/stop answered in {1000 * longest:.0f} ms at the most",
        )


def node_counters(on: Stage) -> dict[bytes, int]:
    """How often each worker has beaten."""
    counters: Any = on.redis.client.hgetall(KEYS.nodes)
    return {node: int(counter) for node, counter in counters.items()}


async def hear_each_other(guests: list[Guest]) -> None:
    """Assert that events go between the processes again: everybody of a jam hears the first."""
    for those in by_jam(guests).values():
        asked = time.monotonic()
        await those[0].say("play")
        await asyncio.gather(
            *(guest.hears("loop_played", 10, asked, user_id=those[0].user_id) for guest in those)
        )


@pytest.mark.long
async def test_a_redis_that_hangs_stops_newcomers_only_and_they_get_in_by_themselves(
    tmp_path: Path, measured: Measured
) -> None:
    async with two_workers_of_guests(tmp_path, 24) as (on, guests):
        seats: dict[Guest, object] = {guest: guest.seat for guest in guests}
        began = time.monotonic()
        newcomer = Guest(on.url)
        with on.redis.stopped():
            coming = asyncio.create_task(newcomer.come())
            page = asyncio.create_task(asyncio.to_thread(page_status, on.url))
            longest = await toggle(guests, 2)
            await neighbours_hear(on, guests, 2)
            await until(
                lambda: time.monotonic() - began > HUNG_SECONDS, HUNG_SECONDS + 1, "the hang"
            )
            longest = max(longest, await toggle(guests[:6], 2))
            assert await page == (503, "5")
            codes = {code.message["code"] for code in newcomer.codes}
        resumed = time.monotonic()
        await coming
        assert codes == {4503}
        took = newcomer.joins[0].at - resumed
        await healed(on, guests)
        assert_nobody_noticed(guests, seats, began)
        await hear_each_other(guests)
        await newcomer.go()
        measured(
            f"Redis hangs for {HUNG_SECONDS:.0f} s (SIGSTOP)",
            "nobody moved; play and stop go on; newcomers 4503 / 503, then in",
            f"play/stop answered in {1000 * longest:.0f} ms at the most; "
            f"newcomer in {took:.1f} s after it went on",
        )
