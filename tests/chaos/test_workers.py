"""Worker processes that die, go, and hang, under the feet of their users."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.process.serving import wait_for_new_workers

from .guests import Guest, by_jam, crowd, until
from .stage import Stage, stage

Measured = Callable[[str, str, str], None]
REAPED_SECONDS = 15.0
BACK_SECONDS = 5.0


def quiet(guests: list[Guest], since: float, *types: str) -> None:
    """Assert that none of these guests heard an event of these types."""
    heard = [message for guest in guests for message in guest.heard_of(*types, since=since)]
    assert not heard, heard[:3]


async def play_some(guests: list[Guest]) -> None:
    """Let every second guest play, and wait until all have heard of it."""
    for guest in guests[::2]:
        await guest.say("play")
    for guest in guests[::2]:
        await guest.hears("loop_played", user_id=guest.user_id)
    players = {guest.user_id for guest in guests[::2]}
    await until(
        lambda: all(
            state["playing"] == (user in players)
            for guest in guests
            for user, state in guest.sees.items()
        ),
        10,
        "everybody has heard who plays",
    )


async def lose_half(on: Stage, guests: list[Guest], pid: int) -> tuple[list[Guest], list[Guest]]:
    """Kill a worker; half of its users come back, the others never. Return both halves."""
    hit = on.guests_of(pid, guests)
    lost, back = hit[::2], hit[1::2]
    for guest in lost:
        guest.returns = False
    os.kill(pid, signal.SIGKILL)
    return lost, back


async def all_gone(lost: list[Guest], left: list[Guest], began: float) -> float:
    """Return how long it took until nobody saw the lost ones any more."""
    ghosts = {guest.user_id for guest in lost}
    await until(
        lambda: not any(ghosts & guest.sees.keys() for guest in left),
        REAPED_SECONDS + 5,
        "the dead worker's users gone for all others",
    )
    return time.monotonic() - began


@pytest.mark.parametrize("count", [28, pytest.param(200, marks=pytest.mark.long)])
async def test_a_killed_workers_users_are_gone_and_those_who_return_have_their_seats(
    tmp_path: Path, measured: Measured, count: int
) -> None:
    with stage(tmp_path, "--workers", "2") as on:
        async with crowd(on.url, count) as guests:
            await play_some(guests)
            pid = max(on.workers(), key=lambda pid: len(on.guests_of(pid, guests)))
            seats = {guest: guest.seat for guest in guests}
            began = time.monotonic()
            lost, back = await lose_half(on, guests, pid)
            untouched = [guest for guest in guests if guest not in lost and guest not in back]
            assert lost
            assert back
            await until(lambda: all(len(guest.joins) == 2 for guest in back), 15, "all back")
            returned = max(guest.joins[-1].at for guest in back) - began
            gone = await all_gone(lost, back + untouched, began)
            assert gone <= REAPED_SECONDS
            assert all(len(guest.codes) == 0 for guest in untouched), "a socket was touched"
            assert all(guest.seat == seats[guest] for guest in back + untouched)
            stay = {guest.user_id for guest in back + untouched}
            left = {m["user_id"] for g in untouched for m in g.heard_of("user_left", since=began)}
            assert not left & stay, "somebody who stayed was seen to leave"
            await on.settle(back + untouched)
            on.assert_rules()
            measured(
                f"kill -9 a worker with {len(lost) + len(back)} users",
                f"its users gone within {REAPED_SECONDS:.0f} s; who returns: same seat",
                f"gone after {gone:.1f} s; {len(back)} back in {returned:.1f} s, all same seat",
            )


@pytest.mark.long
@pytest.mark.parametrize("count", [200])
async def test_a_rolling_restart_brings_everybody_back_to_the_same_seat(
    tmp_path: Path, measured: Measured, count: int
) -> None:
    with stage(tmp_path, "--workers", "2") as on:
        async with crowd(on.url, count) as guests:
            await play_some(guests)
            old = on.workers()
            seats = {guest: guest.seat for guest in guests}
            sounding = {g.user_id: g.sees[g.user_id]["bar"] for g in guests[::2]}
            began = time.monotonic()
            on.server.process.send_signal(signal.SIGHUP)
            await asyncio.to_thread(wait_for_new_workers, on.server, old, 2)
            await until(lambda: all(guest.is_in for guest in guests), 15, "everybody back")
            quiet(guests, began, "user_left")
            assert all(guest.heard_of("bye", since=began) for guest in guests)
            assert {code.message["code"] for guest in guests for code in guest.codes} == {4012}
            away = max(
                joined.at - closed.at
                for guest in guests
                for closed, joined in zip(guest.codes, guest.joins[1:], strict=True)
            )
            assert away <= BACK_SECONDS
            assert all(guest.seat == seats[guest] for guest in guests)
            await on.settle(guests)
            in_phase = all(
                guest.sees[user]["bar"] == sounding[user] and guest.sees[user]["playing"]
                for guest in guests
                for user in guest.sees.keys() & sounding.keys()
            )
            assert in_phase
            on.assert_rules()
            measured(
                f"rolling restart of 2 workers, {count} users",
                f"bye, same seat within {BACK_SECONDS:.0f} s, in phase; nobody seen to leave",
                f"longest absence {away:.1f} s, all same seat and bar",
            )


@pytest.mark.long
async def test_a_worker_that_hung_is_reaped_and_its_users_have_their_seats_again(
    tmp_path: Path, measured: Measured
) -> None:
    with stage(tmp_path, "--workers", "2") as on:
        async with crowd(on.url, 28) as guests:
            await play_some(guests)
            await on.in_every_worker(guests)
            pid = on.workers().pop()
            hung = on.guests_of(pid, guests)
            others = [guest for guest in guests if guest not in hung]
            seats = {guest: guest.seat for guest in guests}
            os.kill(pid, signal.SIGSTOP)
            began = time.monotonic()
            try:
                gone = await all_gone(hung, others, began)
                await until(lambda: time.monotonic() - began > 14, 20, "fourteen seconds")
            finally:
                os.kill(pid, signal.SIGCONT)
            resumed = time.monotonic()
            await until(lambda: on.views_agree(guests), 15, "everybody in again, for all")
            again = time.monotonic() - resumed
            assert all(guest.is_in for guest in guests)
            assert all(guest.seat == seats[guest] for guest in guests)
            assert not [code for guest in others for code in guest.codes]
            on.assert_rules()
            measured(
                f"SIGSTOP a worker with {len(hung)} users for 14 s",
                "reaped, and in their seats again afterwards; never an eighth",
                f"reaped after {gone:.1f} s; all back {again:.1f} s after it went on, "
                f"{sum(bool(guest.codes) for guest in hung)} by a new socket",
            )


@pytest.mark.long
async def test_jams_that_filled_up_meanwhile_have_no_eighth(
    tmp_path: Path, measured: Measured
) -> None:
    with stage(tmp_path, "--workers", "2") as on:
        async with crowd(on.url, 14) as guests:
            await on.in_every_worker(guests)
            pid = on.workers().pop()
            hung = on.guests_of(pid, guests)
            others = [guest for guest in guests if guest not in hung]
            os.kill(pid, signal.SIGSTOP)
            began = time.monotonic()
            try:
                await all_gone(hung, others, began)
                async with crowd(on.url, 28) as newcomers:
                    os.kill(pid, signal.SIGCONT)
                    everybody = guests + newcomers
                    await until(lambda: all(g.is_in for g in everybody), 15, "everybody seated")
                    await on.settle(everybody)
                    on.assert_rules()
                    sizes = [len(those) for those in by_jam(everybody).values()]
                    assert max(sizes) <= 7
            finally:
                os.kill(pid, signal.SIGCONT)
            measured(
                "SIGSTOP a worker; its seats are taken meanwhile",
                "never an eighth; everybody seated",
                f"{len(everybody)} users in jams of {sorted(sizes)}",
            )
