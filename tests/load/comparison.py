"""This server beside others that do the same work."""

import asyncio
import json
import subprocess
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import uvloop

from . import report
from .phases import PHASES, Measure, Size
from .report import Round
from .running import Bench, in_turns
from .servers import COLYSEUS, OURS, PEERS, PEERS_OF_JAMS, Server

Phase = Callable[[Measure], Awaitable[None]]

FULL = Size(users=350, seconds=2.0, pages=2000)
QUICK = Size(users=350, seconds=2.0, pages=1000)


class Row(NamedTuple):
    """One figure: its name, in words, against whom, and the bar and goal as ratios to that."""

    figure: str
    words: str
    against: str
    bar: float
    goal: float


EXPRESS = "Express"
ROWS = (
    Row("event, saturated", "µs per delivered event, 64 in flight", COLYSEUS.name, 0.9, 0.55),
    Row("event, 2,000 toggles/s", "µs per delivered event, 2,000/s", COLYSEUS.name, 1.0, 0.8),
    Row("join, all at once", "µs per join, all at once", COLYSEUS.name, 0.35, 0.2),
    Row("join, 32 at a time", "µs per join, 32 at a time", COLYSEUS.name, 0.35, 0.2),
    Row("memory", "KB of memory per idle connection", COLYSEUS.name, 30 / 37, 15 / 37),
    Row("delivery p99", "ms until delivery at 2,000/s, p99", COLYSEUS.name, 1.0, 0.17),
    Row("page", "µs per page", EXPRESS, 2.5, 1.0),
)


def compare(ground: Bench, rounds: int, seconds: float, *, quick: bool, only: str) -> list[str]:
    """Measure all servers in turns; return the section."""
    size = QUICK if quick else FULL
    peers = [peer for peer in PEERS_OF_JAMS if only.lower() in peer.name.lower()]
    express = _express(*ground.page_file())
    count = rounds or (3 if quick else 7)
    results = in_turns(count, seconds, lambda: _round(ground, size, peers, express))
    return section(results, size.users)


def section(rounds: Sequence[Round], users: int) -> list[str]:
    """Return a run's results in Markdown."""
    names = [name for name in rounds[0] if name != OURS.name]
    head = ["", OURS.name, *names, "ratio", "spread", "bar", "goal"]
    return [
        *report.heading("beside other servers"),
        f"{len(rounds)} rounds, {users} users in jams of seven.",
        "",
        *report.table(head, [_cells(row, rounds, names) for row in ROWS]),
        "",
        *_notes(rounds),
        *report.machine(),
    ]


def _round(ground: Bench, size: Size, peers: list[Server], express: Server) -> Round:
    """Measure every server once, each alone: an idle one would still take cache and time."""
    figures: Round = {}
    for server in (OURS, *peers, express):
        ground.empty()
        with ground.run(server, size) as measure:
            phases: list[Phase] = []
            if server is not express:
                phases += PHASES
            if server in (OURS, express):
                phases.append(Measure.pages)
            uvloop.run(_measure(measure, phases))
        figures[server.name] = measure.figures
    return figures


async def _measure(measure: Measure, phases: list[Phase]) -> None:
    for phase in phases:
        async with asyncio.timeout(60):
            await phase(measure)


def _express(page: Path, shown: str) -> Server:
    """Return Express with our page."""
    return Server(
        EXPRESS,
        lambda port: ["node", str(PEERS / "express.mjs"), str(port), str(page), shown],
        play=b"",
        stop=b"",
        seat=lambda _: None,
    )


def _cells(row: Row, rounds: Sequence[Round], names: Sequence[str]) -> list[str]:
    values = [_values(row.figure, rounds, name) for name in (OURS.name, *names)]
    ratios = [
        one[OURS.name][row.figure] / one[row.against][row.figure]
        for one in rounds
        if row.figure in one.get(OURS.name, {}) and row.figure in one.get(row.against, {})
    ]
    shown = [report.number(median(found)) if found else "" for found in values]
    spread = f"{min(ratios):.2f}-{max(ratios):.2f}" if ratios else ""
    ratio = f"**{median(ratios):.2f}**" if ratios else ""
    return [row.words, *shown, ratio, spread, f"{row.bar:.2f}", f"{row.goal:.2f}"]


def _values(figure: str, rounds: Sequence[Round], name: str) -> list[float]:
    return [one[name][figure] for one in rounds if figure in one.get(name, {})]


def _notes(rounds: Sequence[Round]) -> list[str]:
    def middle(figure: str, name: str = OURS.name) -> str:
        return report.number(median(_values(figure, rounds, name)))

    return [
        (
            f"- Of ours, Redis: {middle('event, saturated, Redis')} µs per event saturated, "
            f"{middle('event, 2,000 toggles/s, Redis')} at 2,000/s, "
            f"{middle('join, all at once, Redis')} per join, {middle('page, Redis')} per page."
        ),
        (
            f"- Ours delivered {middle('event, saturated, per second')} events/s saturated, having "
            f"{float(middle('event, saturated, server busy')):.0%} of a core; the generator used "
            f"{report.busiest(rounds):.0%} of the other one at most."
        ),
        (
            "- Checked: every event reached everybody of its jam once and nobody else, no jam held "
            "more than seven, and there were at most two more jams than needed."
        ),
        f"- {_node_versions()}.",
    ]


def _node_versions() -> str:
    packages = json.loads((PEERS / "package.json").read_text())["dependencies"]
    node = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip()
    return f"Node {node}, " + ", ".join(f"{name} {number}" for name, number in packages.items())
