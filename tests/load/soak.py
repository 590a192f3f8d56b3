"""Most of the load, for minutes: does anything get slower, or larger, or lost?"""

import asyncio
import time
from array import array
from dataclasses import dataclass, field
from statistics import median

import numpy as np
import uvloop

from . import report, verdicts
from .accounting import Used, resident_bytes
from .crowd import CAPACITY
from .phases import Measure, Size
from .running import Bench
from .servers import OURS

#: Of the rate that saturates the server.
LOAD = 0.6
_SIZE = Size(users=350, seconds=5.0, pages=0)
_SECOND = 1.0
_SECONDS = 60


@dataclass
class Minute:
    """What a minute was like; times in ms, memory in MB, CPU in cores."""

    p50: float
    p99: float
    #: The median of the p99s of its seconds: a moment's noise of the machine doesn't decide it.
    p99_of_second: float
    workers_mb: float
    redis_mb: float
    workers_cpu: float
    redis_cpu: float
    events: int


@dataclass
class _Run:
    """The minutes of a soak, and how it began."""

    saturated: float = 0.0
    toggles_per_second: float = 0.0
    minutes: list[Minute] = field(default_factory=list)


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
    return [
        *report.heading("a soak"),
        (
            f"{len(run.minutes)} minutes, {_SIZE.users} users in jams of seven. Saturated, the "
            f"server delivered {run.saturated:,.0f} events a second; {LOAD:.0%} of that is "
            f"{run.toggles_per_second:,.0f} starts and stops a second, by users at random."
        ),
        "",
        *_table(run.minutes),
        "",
        *_notes(run.minutes),
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
    for _ in range(minutes):
        run.minutes.append(await _minute(ground, measure))
        print(f"Minute {len(run.minutes)}: {run.minutes[-1]}", flush=True)
    await load
    await measure.crowd.settle()


async def _minute(ground: Bench, measure: Measure) -> Minute:
    """Watch for a minute, second by second: no single look takes long, for it delays the load."""
    loop = asyncio.get_running_loop()
    before, began = measure.used(), time.perf_counter()
    seconds = list[np.ndarray]()
    end = loop.time()
    for _ in range(_SECONDS):
        end += _SECOND
        await asyncio.sleep(end - loop.time())
        crowd = measure.crowd
        heard, crowd.latencies = crowd.latencies, array("d")
        seconds.append(np.frombuffer(heard, dtype=np.float64))
    used, passed = measure.used().since(before), time.perf_counter() - began
    return await asyncio.to_thread(_summary, ground, measure, seconds, used, passed)


def _summary(
    ground: Bench, measure: Measure, seconds: list[np.ndarray], used: Used, passed: float
) -> Minute:
    everything = np.concatenate(seconds)
    return Minute(
        p50=float(np.percentile(everything, 50)) * 1e3,
        p99=float(np.percentile(everything, 99)) * 1e3,
        p99_of_second=median(float(np.percentile(one, 99)) for one in seconds if len(one)) * 1e3,
        workers_mb=resident_bytes(measure.pids) / 1e6,
        redis_mb=ground.redis_bytes() / 1e6,
        workers_cpu=used.server / passed,
        redis_cpu=used.redis / passed,
        events=len(everything),
    )


def _table(minutes: list[Minute]) -> list[str]:
    head = ["minute", "p50, ms", "p99, ms", "p99 of a second, ms", "workers, MB", "Redis, MB"]
    head += ["workers, cores", "Redis, cores", "events"]
    rows = [
        [
            f"{number}",
            *map(report.number, (one.p50, one.p99, one.p99_of_second)),
            f"{one.workers_mb:.1f}",
            f"{one.redis_mb:.1f}",
            f"{one.workers_cpu:.2f}",
            f"{one.redis_cpu:.3f}",
            f"{one.events:,}",
        ]
        for number, one in enumerate(minutes, 1)
    ]
    return report.table(head, rows)


def _notes(minutes: list[Minute]) -> list[str]:
    workers = [one.workers_mb for one in minutes]
    redis = [one.redis_mb for one in minutes]
    sentences = [
        verdicts.verdict("p99", [one.p99 for one in minutes], verdicts.LATER),
        verdicts.verdict("p99 of a second", [one.p99_of_second for one in minutes], verdicts.LATER),
        verdicts.verdict("The workers' memory", workers, verdicts.LARGER),
        verdicts.verdict("Redis' memory", redis, verdicts.LARGER),
        (
            f"By least squares the workers grow by {verdicts.slope(workers) * 1e3:.0f} KB a minute,"
            f" Redis by {verdicts.slope(redis) * 1e3:.0f} KB."
        ),
        "Nothing was lost: every event reached everybody of its jam once and nobody else.",
    ]
    return [f"- {sentence}" for sentence in sentences]
