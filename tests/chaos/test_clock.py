"""The server's wall clock jumps; nobody's seat and nobody's loop may care."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from jams.timeline import BAR_MS, LEAD_MS

from .guests import Guest, crowd, until
from .stage import Stage, stage

Measured = Callable[[str, str, str], None]
AGREED_SECONDS = 10.0
HOUR = 3600.0


async def server_ms(guest: Guest) -> float:
    """The server's time by an exchange of the clock."""
    asked = time.monotonic()
    await guest.say("clock", sent=asked)
    heard = await guest.hears("clock", 5, asked, sent=asked)
    return float(heard.message["replied_ms"])


def nobody_waits(guests: list[Guest], now_ms: float) -> bool:
    """Whether no loop waits for a bar that is further off than the next one."""
    last = (now_ms + LEAD_MS) / BAR_MS + 1
    return all(state["bar"] <= last for guest in guests for state in guest.sees.values())


async def assert_jump_is_followed(on: Stage, guests: list[Guest], shift: float) -> float:
    """Move the clock; return how long it took until everything was in phase with it again."""
    began = time.monotonic()
    on.levers.clock_shift += shift
    now_ms = await server_ms(guests[0])
    assert abs(now_ms / 1000 - time.time() - on.levers.clock_shift) < 2
    await until(lambda: nobody_waits(guests, now_ms), AGREED_SECONDS, "loops on the new clock")
    took = time.monotonic() - began
    assert all(guest.sees[guests[0].user_id]["playing"] for guest in guests)
    asked = time.monotonic()
    for verb, kind in (("stop", "loop_stopped"), ("play", "loop_played")):
        await guests[0].say(verb)
        heard = await guests[0].hears(kind, 5, asked, user_id=guests[0].user_id)
        assert abs(heard.message["bar"] * BAR_MS - now_ms) < 10_000 + 2 * BAR_MS
        await asyncio.gather(*(guest.hears(kind, 5, asked) for guest in guests))
    return took


@pytest.mark.parametrize(
    "jumps",
    [
        pytest.param((HOUR, -2 * HOUR), id="an-hour"),
        pytest.param((HOUR, -2 * HOUR, HOUR, 100_000, -100_000), id="all", marks=pytest.mark.long),
    ],
)
async def test_a_clock_that_jumps_moves_nobody(
    tmp_path: Path, measured: Measured, jumps: tuple[float, ...]
) -> None:
    with stage(tmp_path, "--workers", "2") as on:
        async with crowd(on.url, 7) as guests:
            await guests[0].say("play")
            await asyncio.gather(*(guest.hears("loop_played", 5) for guest in guests))
            seats = [guest.seat for guest in guests]
            longest = 0.0
            for shift in jumps:
                longest = max(longest, await assert_jump_is_followed(on, guests, shift))
                if len(jumps) > 2:  # longer than any lease, ping or grace
                    end = asyncio.get_running_loop().create_future()
                    asyncio.get_running_loop().call_later(12, end.set_result, None)
                    await end
            assert [guest.seat for guest in guests] == seats
            assert not [code for guest in guests for code in guest.codes]
            assert not [m for guest in guests for m in guest.heard_of("user_left", "user_away")]
            await on.settle(guests)
            on.assert_rules()
            measured(
                "wall clock jumps: " + ", ".join(f"{shift:+,.0f} s" for shift in jumps),
                f"nobody reaped or closed; in phase again within {AGREED_SECONDS:.0f} s",
                f"nobody; in phase after {longest:.1f} s",
            )
