"""A house that is never quiet: joins, leaves, lost lines, killed workers, a flushed Redis.

``make soak MINUTES=10 SEED=1``. Ends with no violation, flat memory, and every key accounted for.
"""

import asyncio
import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from redis.exceptions import RedisError
from websockets.exceptions import WebSocketException

from .guests import Guest, address_of, until
from .stage import KEYS, Stage, stage

Measured = Callable[[str, str, str], None]
USERS = 60
#: Keys that live as long as the house; the others belong to a jam.
HOUSE = {KEYS.jams, KEYS.open, KEYS.seats, KEYS.nodes, KEYS.epoch, KEYS.healing, KEYS.made}
FLAT = 1.05
#: Allocators and caches fill up first: memory is compared from here on.
WARM_UP = 0.3


class Churn:
    """A few dozen users who come, play, lose their line and go, at random but seeded."""

    def __init__(self, on: Stage, chance: random.Random) -> None:
        self.on, self.chance = on, chance
        self.guests: set[Guest] = set()
        self.visits = 0

    async def live(self, number: int, until_then: float) -> None:
        while time.monotonic() < until_then:
            guest = Guest(self.on.url, address=address_of(number))
            await guest.come()
            self.guests.add(guest)
            self.visits += 1
            for _ in range(self.chance.randrange(1, 20)):
                await asyncio.sleep(self.chance.expovariate(4))
                with suppress(WebSocketException, AssertionError):
                    await self.act(guest)
            self.guests.discard(guest)
            if self.chance.random() < 0.2:  # gone without a word
                guest.returns = False
                with suppress(AssertionError):
                    guest.cut()
            await guest.go()

    async def act(self, guest: Guest) -> None:
        kind = self.chance.choices(("play", "stop", "swap", "cut", "bad"), (40, 30, 10, 10, 10))[0]
        match kind:
            case "swap":
                await guest.say("swap", loop=self.chance.choice(("vox", "pad", "bass", "kazoo")))
            case "cut":
                guest.cut()
            case _:
                await guest.say(kind)


async def break_things(on: Stage, chance: random.Random, until_then: float) -> list[str]:
    """Break something every few seconds; return what."""
    done = list[str]()
    while time.monotonic() < until_then - 20:
        await asyncio.sleep(chance.uniform(4, 10))
        fault = chance.choice(("kill", "roll", "flush", "hang"))
        done.append(fault)
        match fault:
            case "kill":
                os.kill(chance.choice(sorted(on.workers())), signal.SIGKILL)
            case "roll":
                on.server.process.send_signal(signal.SIGHUP)
            case "flush":
                with suppress(RedisError):
                    await asyncio.to_thread(on.redis.client.flushall)
            case "hang":
                with on.redis.stopped():
                    await asyncio.sleep(chance.uniform(0.5, 3))
    return done


def biggest(pids: set[int]) -> float:
    """Return the memory of the biggest of these processes, in MB."""
    sizes = [0]
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            sizes.append(psutil.Process(pid).memory_info().rss)
    return max(sizes) / 2**20


async def watch(on: Stage, until_then: float) -> list[float]:
    """Check the jams all the time; return the biggest worker's memory, once a second."""
    sizes = list[float]()
    while time.monotonic() < until_then:
        await asyncio.sleep(1)
        with suppress(OSError, RedisError):
            for jam_id, jam in (await asyncio.to_thread(on.jams)).items():
                assert 1 <= len(jam.users) <= 7, jam_id
                assert len(jam.loops()) == len(jam.users), jam_id
        sizes.append(biggest(on.workers()))
    return sizes


def accounted_for(on: Stage) -> bool:
    """Whether each key is the house's, and no user, jam, or dead worker is left."""
    keys = {key.decode() for key in on.redis.client.scan_iter()}
    nodes = on.redis.client.hlen(KEYS.nodes)
    return keys <= HOUSE | {KEYS.stats} and not on.jams() and nodes == len(on.workers())


async def soak(on: Stage, seconds: float, seed: int, *, faults: bool) -> tuple[str, list[float]]:
    """Let the house live for so long; return what happened, and the memory it took."""
    chance = random.Random(seed)
    end = time.monotonic() + seconds
    churn = Churn(on, chance)
    breaking = asyncio.create_task(break_things(on, chance, end)) if faults else None
    watching = asyncio.create_task(watch(on, end))
    await asyncio.gather(*(churn.live(number, end) for number in range(USERS)))
    done = await breaking if breaking else []
    sizes = await watching
    await until(lambda: accounted_for(on), 30, "every key accounted for")
    assert faults or "Traceback" not in on.server.log
    return f"{churn.visits} visits, {len(done)} faults", sizes


@pytest.mark.soak
@pytest.mark.parametrize("faults", [False, True], ids=["churn", "churn-and-faults"])
async def test_soak(tmp_path: Path, measured: Measured, faults: bool) -> None:  # noqa: FBT001
    seconds = float(os.environ.get("SOAK_MINUTES") or 1) * 60 / 2
    seed = int(os.environ.get("SOAK_SEED") or 1)
    limits = {"JAM_CONNECTS_PER_MINUTE_PER_ADDRESS": "100000", "JAM_BAD_FRAMES_IN_A_ROW": "3"}
    with stage(tmp_path, "--workers", "2", **limits) as on:
        what, sizes = await soak(on, seconds, seed, faults=faults)
        warm = sizes[int(len(sizes) * WARM_UP) :]
        tenth = max(1, len(warm) // 10)
        first, last = max(warm[:tenth]), max(warm[-tenth:])
        measured(
            f"soak of {seconds / 60:.1f} min, {USERS} users, seed {seed}: {what}",
            "no violation; memory flat within 5 %; every key accounted for",
            f"none; {first:.1f} -> {last:.1f} MB; all",
        )
        if not faults:  # else the biggest worker is now this one, now that one
            assert last <= FLAT * first
