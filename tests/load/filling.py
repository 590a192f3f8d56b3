"""More jams in the collection: does what one event, newcomer or page costs stay the same?"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import uvloop
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from jams.jam import Jam, Seat
from jams.leases import BEAT_SECONDS
from jams.loops import CAPACITY, LOOPS, kit_in_turn
from jams.planning import encode_jam, score
from jams.store import JamStore, Keys

from . import report
from .doors import hashed
from .phases import JOIN_WINDOW, Figures, Measure, Size
from .report import Figure
from .running import Bench, in_turns
from .servers import OURS

FILLINGS = (0, 1000, 100_000)
ROUNDS = 3
#: One in so many jams of the filling is open, with one user; the others are full.
OPEN_EVERY = 5
_TOGETHER = 2000
_ASKED = 2000
_NODE = "elsewhere"
_PHASES_SECONDS = 60.0
_SIZE = Size(users=350, seconds=2.0, pages=1000)
#: Two in each jam of the crowd come by invitation. So their jams are fuller than the open ones of
#: the filling, and newcomers go there: what they hear and cost depends on the crowd alone.
_SEEDED = 2
FIGURES = (
    Figure("event, 2,000 toggles/s", "µs per delivered event, 2,000 toggles/s"),
    Figure("event, saturated", "µs per delivered event, 64 in flight"),
    Figure("join, at once", "µs per join, 250 at once"),
    Figure("join, in turn", "µs per join, 32 at a time"),
    Figure("join, in turn, Redis", "- of it Redis"),
    Figure("page", "µs per page"),
    Figure("page, Redis", "- of it Redis"),
    Figure("current jam", "µs to ask for the current jam, client and Redis"),
    Figure("current jam, Redis", "- of it Redis"),
    Figure("Redis memory", "MB of memory of Redis", flat=False),
)


def compare_fillings(ground: Bench, rounds: int, seconds: float) -> list[str]:
    """Measure one crowd beside few and many jams, in turns; return the section."""
    results = in_turns(
        rounds or ROUNDS,
        seconds,
        lambda: {f"{jams:,} jams": _figures(ground, jams) for jams in FILLINGS},
    )
    return [
        *report.heading("more jams in the collection"),
        (
            f"{len(results)} rounds, {_SIZE.users} users on a fresh server, beside so many jams of "
            f"another worker that does nothing but beat: one in {OPEN_EVERY} with one user, the "
            "others full, written to Redis as the store writes them. In brackets: the ratio to "
            f"none; {report.FLAT} is the bar."
        ),
        "",
        *report.trend(results, FIGURES, list(results[0])),
        "",
        f"- The generator used {report.busiest(results):.0%} of its core at most.",
        *report.machine(),
    ]


def _figures(ground: Bench, jams: int) -> Figures:
    ground.empty()
    with ground.redis() as client:
        fill(client, jams)
    with ground.run(OURS, _SIZE) as measure, _beating(ground):
        uvloop.run(_measure(measure))
        uvloop.run(_ask(ground, measure.figures))
    measure.figures["Redis memory"] = ground.redis_bytes() / 1e6
    return measure.figures


def fill(client: "Redis", count: int) -> None:
    """Write so many jams of another worker to Redis."""
    keys = Keys()
    for first in range(0, count, _TOGETHER):
        jams = dict(_jam(number) for number in range(first, min(count, first + _TOGETHER)))
        open_ = {jam_id: score(jam) for jam_id, jam in jams.items() if jam.has_room()}
        pipeline = client.pipeline(transaction=False)
        pipeline.hset(keys.jams, mapping={jam_id: encode_jam(jam) for jam_id, jam in jams.items()})
        pipeline.zadd(keys.open, open_)
        seated = ((user_id, jam_id) for jam_id, jam in jams.items() for user_id in jam.users)
        pipeline.hset(keys.seats, items=[part for pair in seated for part in pair])
        pipeline.execute()


def _jam(number: int) -> tuple[str, Jam]:
    users = 1 if number % OPEN_EVERY == 0 else CAPACITY
    seats = {
        f"{number:08x}{loop:08x}": Seat(LOOPS[loop], f"{_NODE}:{number}.{loop}", f"{loop:012x}")
        for loop in range(users)
    }
    return f"{number:012x}", Jam(kit_in_turn(number), int(time.time() * 1000), seats)


@contextmanager
def _beating(ground: Bench) -> Iterator[None]:
    """Beat for the worker of the filling, or the measured one would end its leases."""
    ended = Event()

    def beat() -> None:
        with ground.redis() as client:
            while not ended.is_set():
                client.hincrby(Keys().nodes, _NODE, 1)
                ended.wait(BEAT_SECONDS)

    thread = Thread(target=beat, name="beat")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


async def _measure(measure: Measure) -> None:
    async with asyncio.timeout(_PHASES_SECONDS):
        doors = hashed(measure.ports, measure.size.users)
        await measure.warm_up(doors)
        await measure.pages()
        seeds = [door for user, door in enumerate(doors) if user % CAPACITY < _SEEDED]
        await measure.crowd.join(len(seeds), JOIN_WINDOW, seeds)
        newcomers = measure.size.users - len(seeds)
        first = await measure.join("join, at once", newcomers, newcomers)
        await measure.fixed_rate()
        await measure.saturated()
        await measure.leave(first)
        await measure.join("join, in turn", newcomers, JOIN_WINDOW)
        await measure.leave()


async def _ask(ground: Bench, figures: Figures) -> None:
    """Ask the store for the current jam, as each page does."""
    async with AsyncRedis.from_url(ground.redis_url) as client:
        store = JamStore(client)
        await store.open_jams(1)
        mine, redis = _own_seconds(), ground.redis_seconds()
        for _ in range(_ASKED):
            await store.open_jams(1)
        mine, redis = _own_seconds() - mine, ground.redis_seconds() - redis
    figures["current jam"] = (mine + redis) / _ASKED * 1e6
    figures["current jam, Redis"] = redis / _ASKED * 1e6


def _own_seconds() -> float:
    return time.process_time()
