"""Two connections for one seat: exactly one of them has it, whichever process each is in."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from .guests import Guest, crowd, until
from .stage import Stage, stage

Measured = Callable[[str, str, str], None]
#: Longer than asking the store takes, shorter than the wait for the next audit.
SETTLED_SECONDS = 3.0


def another(guest: Guest) -> Guest:
    """One more connection with a guest's token, as a duplicated tab makes it."""
    twin = Guest(guest.url, guest.jam_id, returns=False)
    twin.token = guest.token
    return twin


async def one_is_left(on: Stage, twins: list[Guest]) -> Guest:
    """Wait until one connection is open, and return it; the others were told 4408."""
    await until(lambda: sum(twin.is_in for twin in twins) == 1, 20, "one connection open")
    (left,) = [twin for twin in twins if twin.is_in]
    codes = {code.message["code"] for twin in twins if twin is not left for code in twin.codes}
    assert codes == {4408}
    return left


@pytest.mark.parametrize("rounds", [5, pytest.param(40, marks=pytest.mark.long)])
async def test_of_two_connections_that_come_at_once_one_has_the_seat(
    tmp_path: Path, measured: Measured, rounds: int
) -> None:
    with stage(tmp_path, "--workers", "2") as on:
        async with crowd(on.url, 3) as guests:
            witness, ann = guests[0], guests[1]
            ann.returns = False
            began = time.monotonic()
            for _ in range(rounds):
                twins = [ann, another(ann), another(ann)]
                await asyncio.gather(*(twin.try_to_come() for twin in twins[1:]))
                left = await one_is_left(on, twins)
                assert left.seat == ann.seat
                # The seat is that connection's for real: what it does is heard.
                asked = time.monotonic()
                await left.say("play")
                await witness.hears("loop_played", 5, asked, user_id=ann.user_id)
                await left.say("stop")
                await witness.hears("loop_stopped", 5, asked, user_id=ann.user_id)
                ann = left
            assert not witness.heard_of("user_left", "user_away", since=began)
            await on.settle([witness, ann])
            on.assert_rules()
            guests[1] = ann
            measured(
                f"two owners for one seat, both at once, {rounds} times",
                "one has it, the others are closed 4408 and free nothing",
                "one each time; nobody was seen to leave or to be away",
            )


@pytest.mark.long
async def test_the_same_in_a_jam_with_nobody_else(tmp_path: Path, measured: Measured) -> None:
    """Then neither process knows of the other until the events of both have come."""
    rounds, longest = 100, 0.0
    with stage(tmp_path, "--workers", "2") as on:
        ann = await Guest(on.url, "solo", invite=True, returns=False).come()
        seat = ann.seat
        for _ in range(rounds):
            twins = [ann, another(ann), another(ann), another(ann)]
            await asyncio.gather(*(twin.try_to_come() for twin in twins[1:]))
            began = time.monotonic()
            ann = await one_is_left(on, twins)
            longest = max(longest, time.monotonic() - began)
            assert ann.seat == seat
        assert longest < SETTLED_SECONDS
        on.assert_rules()
        await ann.go()
        measured(
            f"four owners for one seat, alone in the jam, {rounds} times",
            f"one has it within {SETTLED_SECONDS:.0f} s, the others are closed 4408",
            f"one each time, after {longest:.1f} s at the most",
        )
