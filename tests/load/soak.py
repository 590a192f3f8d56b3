"""Most of the load, for minutes: does anything get slower, or larger, or lost?"""

import asyncio
import time
from array import array
from dataclasses import dataclass, field
from statistics import median

import numpy as np
import uvloop

from . import report, verdicts
from .accounting import resident_bytes
from .crowd import CAPACITY
from .phases import Measure, Size
from .running import Bench
from .servers import OURS

#: Of the rate that saturates the server.
LOAD = 0.6
_SIZE = Size(users=350, seconds=5.0, pages=0)
_SECONDS = 60


@dataclass
class Look:
    """What was seen of a minute: memory in MB, CPU in cores."""

    #: What each second's events took until they were delivered, in seconds.
    seconds: list[np.ndarray]
    workers_mb: float
    redis_mb: float
    workers_cpu: float
    redis_cpu: float
    generator_cpu: float

    @property
    def events(self) -> int:
        return sum(map(len, self.seconds))

    @property
    def generator_us(self) -> float:
        """Of the generator's CPU, per event: always the same work, so it tells how fast it ran."""
        return self.generator_cpu * _SECONDS / self.events * 1e6


@dataclass
class Minute:
    """A minute's look, and how late its events were, in ms."""

    look: Look
    p50: float
    p99: float
    #: The median of the p99s of its seconds: a moment's noise of the machine doesn't decide it.
    p99_of_second: float

    @classmethod
    def of(cls, look: Look) -> "Minute":
        everything = np.concatenate(look.seconds) * 1e3
        return cls(
            look=look,
            p50=float(np.percentile(everything, 50)),
            p99=float(np.percentile(everything, 99)),
            p99_of_second=median(
                float(np.percentile(one, 99)) * 1e3 for one in look.seconds if len(one)
            ),
        )


@dataclass
class _Run:
    """A soak, and how it began."""

    saturated: float = 0.0
    toggles_per_second: float = 0.0
    looks: list[Look] = field(default_factory=list)


def soak(ground: Bench, minutes: float) -> list[str]:
    """Find the rate that saturates the server, then keep at a part of it; return the section."""
    if minutes < 3:
        raise SystemExit(
            "A soak takes three minutes at least: its last third is held to its first."
        )
    ground.empty()
    run = _Run()
    with ground.run(OURS, _SIZE) as measure:
        uvloop.run(_soak(ground, measure, run, round(minutes)))
    seen = [Minute.of(look) for look in run.looks]
    return [
        *report.heading("a soak"),
        (
            f"{len(seen)} minutes, {_SIZE.users} users in jams of seven. Saturated, the "
            f"server delivered {run.saturated:,.0f} events a second; {LOAD:.0%} of that is "
            f"{run.toggles_per_second:,.0f} starts and stops a second, by users at random."
        ),
        "",
        *_table(seen),
        "",
        *_notes(seen),
        *report.machine(),
    ]


async def _soak(ground: Bench, measure: Measure, run: _Run, minutes: int) -> None:
    await measure.warm_up()
    await measure.join_at_once()
    await measure.saturated()
    run.saturated = measure.figures["event, saturated, per second"]
    run.toggles_per_second = LOAD * run.saturated / CAPACITY
    measure.crowd.latencies = array("d")
    seconds = minutes * _SECONDS + 2.0  # a little longer than what is looked at
    load = asyncio.create_task(measure.at_rate(run.toggles_per_second, seconds))
    began = asyncio.get_running_loop().time()
    for number in range(minutes):
        look = await _minute(ground, measure, began + number * _SECONDS)
        run.looks.append(look)
        print(f"Minute {number + 1}: {look.events:,} events.", flush=True)
    await load
    await measure.crowd.settle()


async def _minute(ground: Bench, measure: Measure, begins: float) -> Look:
    """Watch for a minute, second by second: no single look takes long, for it delays the load.

    For the same reason nothing is made of it before the load has ended.
    """
    before, loop = measure.used(), asyncio.get_running_loop()
    began, crowd = time.perf_counter(), measure.crowd
    seconds = list[np.ndarray]()
    for number in range(_SECONDS):
        await asyncio.sleep(begins + number + 1 - loop.time())
        heard, crowd.latencies = crowd.latencies, array("d")
        seconds.append(np.frombuffer(heard, dtype=np.float64).astype(np.float32))
    used, passed = measure.used().since(before), time.perf_counter() - began
    return Look(
        seconds=seconds,
        workers_mb=resident_bytes(measure.pids) / 1e6,
        redis_mb=ground.redis_bytes() / 1e6,
        workers_cpu=used.server / passed,
        redis_cpu=used.redis / passed,
        generator_cpu=used.generator / passed,
    )


def _table(minutes: list[Minute]) -> list[str]:
    head = ["minute", "p50, ms", "p99, ms", "p99 of a second, ms", "workers, MB", "Redis, MB"]
    head += ["workers, cores", "Redis, cores", "events"]
    head += ["generator, µs per event"]
    rows = [
        [
            f"{number}",
            *map(report.number, (one.p50, one.p99, one.p99_of_second)),
            f"{one.look.workers_mb:.1f}",
            f"{one.look.redis_mb:.1f}",
            f"{one.look.workers_cpu:.2f}",
            f"{one.look.redis_cpu:.3f}",
            f"{one.look.events:,}",
            report.number(one.look.generator_us),
        ]
        for number, one in enumerate(minutes, 1)
    ]
    return report.table(head, rows)


def _notes(minutes: list[Minute]) -> list[str]:
    workers = [one.look.workers_mb for one in minutes]
    redis = [one.look.redis_mb for one in minutes]
    generator = [one.look.generator_us for one in minutes]
    sentences = [
        verdicts.verdict("p99", [one.p99 for one in minutes], verdicts.LATER),
        verdicts.verdict("p99 of a second", [one.p99_of_second for one in minutes], verdicts.LATER),
        verdicts.verdict("The workers' memory", workers, verdicts.LARGER),
        verdicts.verdict("Redis' memory", redis, verdicts.LARGER),
        (
            f"By least squares the workers grow by {verdicts.slope(workers) * 1e3:.0f} KB a minute,"
            f" Redis by {verdicts.slope(redis) * 1e3:.0f} KB."
        ),
        (
            "The generator does the same for each event, so what that takes it tells how fast the "
            f"machine was: the last third is {verdicts.growth(generator):.2f} times the first."
        ),
        "Nothing was lost: every event reached everybody of its jam once and nobody else.",
    ]
    return [f"- {sentence}" for sentence in sentences]
