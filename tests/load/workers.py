"""Several workers: what it costs when the users of a jam are in one, and when they are in all."""

import asyncio
from typing import NamedTuple

import psutil
import uvloop

from . import report
from .accounting import children
from .doors import Doors, hashed, spread
from .phases import JOIN_WINDOW, Figures, Measure, Size
from .report import Figure, Round
from .running import Bench, in_turns
from .servers import OURS

ROUNDS = 3
_PHASES_SECONDS = 60.0
_SIZE = Size(users=350, seconds=1.5, pages=0)


class Case(NamedTuple):
    """A number of workers, and how users come to them.

    ``listeners`` is the number of ports: those of one port hand its sockets round among them.
    """

    name: str
    workers: int
    listeners: int
    doors: Doors


CASES = (
    Case("1 worker", 1, 1, hashed),
    Case("2, hashed", 2, 2, hashed),
    Case("4, hashed", 4, 4, hashed),
    Case("2, one port", 2, 1, hashed),
    Case("4, one port", 4, 1, hashed),
    Case("2, spread", 2, 2, spread),
    Case("4, spread", 4, 4, spread),
)
FIGURES = (
    Figure("event, 2,000 toggles/s", "µs per delivered event, 2,000 toggles/s"),
    Figure("event, 2,000 toggles/s, Redis", "- of it Redis", flat=False),
    Figure("event, saturated", "µs per delivered event, 64 in flight"),
    Figure("event, saturated, Redis", "- of it Redis", flat=False),
    Figure("join, at once", "µs per join, all at once"),
    Figure("join, in turn", "µs per join, 32 at a time"),
    Figure("idle", "µs of CPU per second, nobody does anything", flat=False),
    Figure("delivery p50", "ms until delivery at 2,000 toggles/s, p50", flat=False),
    Figure("delivery p99", "- p99", flat=False),
)


def compare_workers(ground: Bench, rounds: int, seconds: float) -> list[str]:
    """Measure one crowd on one worker and on several, in turns; return the section."""
    results = in_turns(
        rounds or ROUNDS,
        seconds,
        lambda: {case.name: _figures(ground, case) for case in CASES},
    )
    return [
        *report.heading("several workers"),
        (
            f"{len(results)} rounds, {_SIZE.users} users in jams of seven, all workers on one core,"
            " Redis and the load on the other. Hashed: a jam's users are all in one worker. One "
            "port: whichever worker takes the socket (`serve --workers`). Spread: each jam's users "
            f"are in all workers, in turn. In brackets: the ratio to one worker; {report.FLAT} is "
            "the bar."
        ),
        "",
        *report.trend(results, FIGURES, [case.name for case in CASES]),
        "",
        *_notes(results),
        *report.machine(),
    ]


def _figures(ground: Bench, case: Case) -> Figures:
    ground.empty()
    arguments = ["--workers", str(case.workers // case.listeners)]
    with ground.run(OURS, _SIZE, *arguments, processes=case.listeners) as measure:
        uvloop.run(_measure(measure, case))
    return measure.figures


async def _measure(measure: Measure, case: Case) -> None:
    async with asyncio.timeout(_PHASES_SECONDS):
        doors = case.doors(measure.ports, measure.size.users)
        await measure.warm_up(doors)
        await measure.join("join, at once", measure.size.users, measure.size.users, doors)
        measure.figures["fullest worker"] = _fullest(measure)
        await measure.idle(1.5)
        await measure.fixed_rate()
        await measure.saturated()
        await measure.leave()
        await measure.join("join, in turn", measure.size.users, JOIN_WINDOW, doors)
        await measure.leave()


def _fullest(measure: Measure) -> float:
    """Return the share of the sockets that the worker with most of them has."""

    def sockets_of(worker: int) -> int:
        found = psutil.Process(worker).net_connections("tcp")
        served = [one for one in found if one.status == psutil.CONN_ESTABLISHED]
        return sum(one.laddr.port in measure.ports for one in served)

    sockets = [sockets_of(worker) for pid in measure.pids for worker in children(pid)]
    return max(sockets) / sum(sockets)


def _notes(rounds: list[Round]) -> list[str]:
    shares = (
        f"{case.name} {report.middle(rounds, 'fullest worker', case.name):.0%}" for case in CASES
    )
    return [
        f"- The worker with most of the sockets has of them: {', '.join(shares)}.",
        f"- The generator used {report.busiest(rounds):.0%} of its core at most.",
        (
            "- Checked: every event reached everybody of its jam once and nobody else, through "
            "whichever worker."
        ),
    ]
