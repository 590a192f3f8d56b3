"""More users on one worker: does what one event or one newcomer costs stay the same?

Time costs as well, whatever is done (pings, beats, audits), and the more, the more users there
are. So it is measured alone, and each figure is shown with and without it. And the machine's
caches hold fewer of them: what that alone does is seen in the bare ``ws`` server beside ours, and
in the kernel's part.
"""

import asyncio
from collections.abc import Callable, Coroutine
from statistics import median
from typing import Any

import uvloop

from . import report
from .accounting import allow_sockets, resident_bytes
from .phases import IN_FLIGHT, JOIN_WINDOW, Figures, Measure, Size
from .report import Figure, Round
from .running import Bench, in_turns
from .servers import OURS, WS, Server

Phases = Callable[[Measure], Coroutine[Any, Any, None]]

SIZES = (350, 1400, 3500, 10_000)
ROUNDS = 3
#: Newcomers who are on their way together, at every size: as many as the smallest crowd has.
STORM = SIZES[0]
#: They come, and go again, so often: what else goes on beside them is seldom evenly spread.
STORMS = 5
#: One ping of each connection, which is every other ``LOOK_SECONDS``, so that all sizes get their
#: share. (Of audits, that is so among 1,400 and more.)
IDLE_SECONDS = 6.0
_PHASES_SECONDS = 120.0
_NET = ", without time"
_OWN = ", without time and kernel"
_TIMED = (
    "event, 2,000 toggles/s",
    "event, saturated",
    "event, saturated alike",
    "join, more at once",
    "join, more in turn",
)
FIGURES = (
    Figure("event, 2,000 toggles/s", "µs per delivered event, 2,000 toggles/s"),
    Figure(f"event, 2,000 toggles/s{_NET}", "- without what time costs"),
    Figure("event, 2,000 toggles/s, kernel", "- the kernel alone", flat=False),
    Figure("ws, event, 2,000 toggles/s", "- of bare ws", flat=False),
    Figure("ws, event, 2,000 toggles/s, kernel", "- of that the kernel", flat=False),
    Figure("event, saturated", "µs per delivered event, 64 in flight"),
    Figure(f"event, saturated{_NET}", "- without what time costs"),
    Figure(f"event, saturated{_OWN}", "- and without the kernel"),
    Figure("event, saturated, kernel", "- the kernel alone", flat=False),
    Figure("event, saturated, writes", "- system calls that write", flat=False),
    Figure("ws, event, saturated", "- of bare ws", flat=False),
    Figure("ws, event, saturated, kernel", "- of that the kernel", flat=False),
    Figure("event, saturated alike", "µs per delivered event, 64 in flight per 350 users"),
    Figure(f"event, saturated alike{_NET}", "- without what time costs"),
    Figure(f"event, saturated alike{_OWN}", "- and without the kernel"),
    Figure("event, saturated alike, kernel", "- the kernel alone", flat=False),
    Figure("event, saturated alike, writes", "- system calls that write", flat=False),
    Figure("ws, event, saturated alike", "- of bare ws", flat=False),
    Figure("ws, event, saturated alike, kernel", "- of that the kernel", flat=False),
    Figure("join, everybody", "µs per join, everybody, 32 at a time"),
    Figure(f"join, everybody{_NET}", "- without what time costs"),
    Figure("join, more at once", "µs per join of 350 more, at once"),
    Figure(f"join, more at once{_NET}", "- without what time costs"),
    Figure("ws, join, more at once", "- of bare ws", flat=False),
    Figure("join, more in turn", "µs per join of 350 more, 32 at a time"),
    Figure(f"join, more in turn{_NET}", "- without what time costs"),
    Figure("memory", "KB of memory per connection"),
    Figure("idle of each", "µs of CPU per second and idle connection", flat=False),
    Figure("idle", "µs of CPU per second, all connections idle", flat=False),
    Figure("idle, Redis", "- of it Redis", flat=False),
    Figure("delivery p99", "ms until delivery at 2,000 toggles/s, p99", flat=False),
)


def grow(ground: Bench, rounds: int, seconds: float) -> list[str]:
    """Measure crowds of all sizes in turns, each on a fresh server; return the section."""
    sizes = [size for size in SIZES if allow_sockets(size + STORM)]
    results = in_turns(
        rounds or ROUNDS,
        seconds,
        lambda: {f"{users:,}": _figures(ground, users) for users in sizes},
    )
    return [
        *report.heading("more users on one worker"),
        (
            f"{len(results)} rounds, a fresh server for each crowd. In brackets: the ratio to the "
            f"smallest crowd; {report.FLAT} is the bar. The same at every size: 2,000 starts or "
            "stops a second; 64 of them in flight; 350 newcomers on their way. At 64 in flight the "
            "smallest crowd has more than one to a jam, which then leave in one write; so also "
            "with as many to a jam at every size. The newcomers come and go "
            f"{STORMS} times: the median."
        ),
        "",
        *report.trend(results, FIGURES, list(results[0])),
        "",
        *_notes(results, left_out=[size for size in SIZES if size not in sizes]),
        *report.machine(),
    ]


def _figures(ground: Bench, users: int) -> Figures:
    ground.empty()
    figures = _run(ground, OURS, users, _measure)
    bare = _run(ground, WS, users, _measure_bare)
    return figures | {f"ws, {name}": figure for name, figure in bare.items()}


def _run(ground: Bench, server: Server, users: int, phases: Phases) -> Figures:
    with ground.run(server, Size(users, seconds=1.5, pages=0)) as measure:
        uvloop.run(phases(measure))
    return measure.figures


async def _measure_bare(measure: Measure) -> None:
    """Measure what keeps no state and sends no pings, so that only the sockets grow."""
    async with asyncio.timeout(_PHASES_SECONDS):
        users = measure.size.users
        await measure.warm_up()
        await measure.join("join, everybody", users, JOIN_WINDOW)
        await measure.fixed_rate()
        await measure.saturated()
        await measure.saturated("event, saturated alike", IN_FLIGHT * users // SIZES[0])
        await _storms(measure, "join, more at once", STORM)
        measure.crowd.abandon()


async def _measure(measure: Measure) -> None:
    async with asyncio.timeout(_PHASES_SECONDS):
        users = measure.size.users
        await measure.warm_up()
        empty = resident_bytes(measure.pids)
        await measure.join("join, everybody", users, JOIN_WINDOW)
        await measure.idle(IDLE_SECONDS)
        measure.figures["memory"] = (resident_bytes(measure.pids) - empty) / users / 1024
        await measure.fixed_rate()
        await measure.saturated()
        await measure.saturated("event, saturated alike", IN_FLIGHT * users // SIZES[0])
        await _storms(measure, "join, more at once", STORM)
        await _storms(measure, "join, more in turn", JOIN_WINDOW)
        measure.crowd.abandon()
    figures = measure.figures
    figures["idle of each"] = figures["idle"] / users
    # Of those who come, half are there already on average.
    half = figures["idle"] / 2 / figures["join, everybody, per second"]
    figures[f"join, everybody{_NET}"] = figures["join, everybody"] - half
    for name in _TIMED:
        figures[name + _NET] = without_time(figures, name)
        kernel = without_time(figures, name, ", kernel")
        figures[name + _OWN] = figures[name + _NET] - kernel


async def _storms(measure: Measure, name: str, at_once: int) -> None:
    """More users come and go, several times; of their figures the medians are noted."""
    storms = list[Figures]()
    for _ in range(STORMS):
        newcomers = await measure.join(name, STORM, at_once)
        storms.append({key: value for key, value in measure.figures.items() if name in key})
        await measure.leave(newcomers)
    measure.figures |= {key: median(storm[key] for storm in storms) for key in storms[0]}


def without_time(figures: Figures, name: str, part: str = "") -> float:
    """Return what an operation costs (µs) beside what the seconds cost in which it was done.

    All of it, or a ``part``, which has figures of its own.
    """
    return figures[name + part] - figures["idle" + part] / figures[f"{name}, per second"]


def _notes(rounds: list[Round], left_out: list[int]) -> list[str]:
    first, last = next(iter(rounds[0])), list(rounds[0])[-1]
    more = int(last.replace(",", "")) - int(first.replace(",", ""))
    slope = (report.middle(rounds, "idle", last) - report.middle(rounds, "idle", first)) / more
    event_bytes = report.middle(rounds, "event bytes", last)
    notes = [
        f"- An event is {event_bytes:.0f} bytes on the wire, without those of TCP and IP.",
        f"- From {first} to {last} users, an idle one more costs {slope:.1f} µs of CPU a second.",
        f"- The generator used {report.busiest(rounds):.0%} of its core at most.",
        "- Limits of open files are raised to what the operating system allows.",
    ]
    if left_out:
        notes.append(f"- Not measured, for want of open files: {', '.join(map(str, left_out))}.")
    return notes
