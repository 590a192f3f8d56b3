"""Handlers that raise and peers that reset: afterwards nothing is left of them, anywhere."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import WebSocketException

from jams.loops import CAPACITY

from .guests import Guest, crowd, until
from .raw import connected as tcp
from .raw import handshake, opened, reset
from .stage import Stage, stage

Measured = Callable[[str, str, str], None]
#: Verbs that a guest says, and what makes the server say no (which may fail as well).
SAID = ("play", "stop", "swap", "leave")
RESETS = 60
VISITORS = 10 * CAPACITY
SETTLED_SECONDS = 20.0
#: A worker's pool, its channel layer's two, and the test's own.
REDIS_CONNECTIONS = 16 + 2 + 2
#: What must be as it was before, by the worker's own count.
COUNTED = ("tasks", "sockets", "owners", "rosters", "waiting")


async def base_line(on: Stage) -> dict[str, Any]:
    """The counts of a worker that has seen somebody come and go, and does nothing just now."""
    async with crowd(on.url, 14):
        pass
    await until(lambda: not on.counts()["owners"], SETTLED_SECONDS, "an empty house")
    seen = [everything(on)]

    def is_quiet() -> bool:
        seen.append(everything(on))
        return seen[-2] == seen[-1]

    await until(is_quiet, SETTLED_SECONDS, "two equal counts in a row")
    return seen[-1]


def everything(on: Stage) -> dict[str, Any]:
    """What is held, but for the pool's connections to Redis: those stay for the next rush."""
    counts, connections = on.counts(), on.redis.connections()
    assert connections <= REDIS_CONNECTIONS
    return {
        **{name: counts[name] for name in COUNTED},
        "descriptors": counts["descriptors"] - connections,
        "subscriptions": len(on.redis.subscriptions()),
        "keys": on.keys(),
    }


async def back_at(before: dict[str, Any], on: Stage) -> float:
    """Wait until everything is as before; return how long it took."""
    try:
        return await until(lambda: everything(on) == before, SETTLED_SECONDS, "the base line")
    except AssertionError as error:
        now = everything(on)
        different = {name: (before[name], now[name]) for name in now if now[name] != before[name]}
        raise AssertionError(f"before and now: {different}") from error


async def break_while_speaking(on: Stage, verb: str) -> tuple[Guest, Guest]:
    """Let a handler raise in a jam of two; return the one it hit and the witness."""
    jam_id = f"broken-{verb}-1"
    witness = await Guest(on.url, jam_id, invite=True).come()
    hit = await Guest(on.url, jam_id, invite=True, returns=False).come()
    with suppress(WebSocketException):
        if verb == "refuse":
            await hit.say("no such verb")
        else:
            await hit.say(verb, **({"loop": "vox"} if verb == "swap" else {}))
    return hit, witness


async def ended(guest: Guest, verb: str) -> None:
    await until(lambda: bool(guest.codes), 10, f"the end of who said {verb}")


async def break_while_coming(on: Stage, verb: str) -> None:
    """Let a handler raise while somebody comes in."""
    guest = Guest(on.url, f"broken-{verb}-1", invite=True, returns=False)
    with suppress(AssertionError):
        await guest.come()
    assert [code.message["code"] for code in guest.codes] != []
    assert not guest.joins


@pytest.mark.long
async def test_whatever_raises_each_seat_is_freed_once_and_nothing_stays(
    tmp_path: Path, measured: Measured
) -> None:
    with stage(tmp_path) as on:
        before = await base_line(on)
        began = time.monotonic()
        verbs = (*SAID, "refuse")
        pairs = await asyncio.gather(*(break_while_speaking(on, verb) for verb in verbs))
        await asyncio.gather(*(break_while_coming(on, verb) for verb in ("enter", "joined")))
        for verb, (hit, witness) in zip(verbs, pairs, strict=True):
            await ended(hit, verb)
            await witness.hears("user_left", 15, began, user_id=hit.user_id)
            assert not witness.codes
            await witness.say("clock", sent=1)
            await witness.hears("clock", 5, began)
        freed = on.counts()["freed"]
        assert all(freed[hit.user_id] == 1 for hit, _ in pairs)
        assert on.server.log.count("Broken: broken-") >= len(verbs)
        await asyncio.gather(*(witness.go() for _, witness in pairs))
        took = await back_at(before, on)
        assert on.counts()["max_freed"] == 1
        measured(
            f"exceptions in {len(verbs) + 2} handlers",
            "each seat freed once; sockets, tasks, subscriptions, connections as before",
            f"each once; base line {took:.1f} s after the last had left",
        )


def be_rude(on: Stage, jam_id: str, number: int) -> None:
    """Reset a connection, each time at another point of its life."""
    if number % 3 == 0:
        peer = tcp(on.url)
        peer.sendall(handshake(on.url, jam_id))
    else:
        peer = opened(on.url, jam_id)
        if number % 3 == 1:
            peer.recv(1)
    reset(peer)


async def test_resets_during_broadcasts_leave_nothing_behind(
    tmp_path: Path, measured: Measured
) -> None:
    with stage(tmp_path) as on:
        before = await base_line(on)
        async with crowd(on.url, 4) as guests:
            jam_id = guests[0].jam_id
            began = time.monotonic()
            for number in range(RESETS):
                verb = ("play", "stop")[number // 4 % 2]
                await guests[number % 4].say(verb)
                await asyncio.to_thread(be_rude, on, jam_id, number)
            assert not [code for guest in guests for code in guest.codes]
            last = time.monotonic()
            await guests[0].say("clock", sent=last)
            await guests[0].hears("clock", 5, began, sent=last)
        took = await back_at(before, on)
        assert on.counts()["max_freed"] == 1
        assert "Traceback" not in on.server.log
        measured(
            f"{RESETS} RSTs during broadcasts and handshakes",
            "each seat freed once; sockets, tasks, subscriptions, connections as before",
            f"each at most once; base line after {took:.1f} s (the grace is 10)",
        )


async def test_a_connection_that_ends_leaves_nothing_to_the_garbage_collector(
    tmp_path: Path,
) -> None:
    """So that full collections, which stop the worker, may be rare (``jams/server/worker.py``)."""
    with stage(tmp_path) as on:
        async with crowd(on.url, VISITORS):  # opens the connections to Redis, which leave some
            pass
        before = await base_line(on)
        on.garbage()
        async with crowd(on.url, VISITORS):
            pass
        await back_at(before, on)
        garbage = on.garbage()
        assert sum(garbage.values()) < VISITORS, sorted(garbage.items())
