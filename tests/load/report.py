"""The table of a run, as RESULTS.md has it."""

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.processes import REPOSITORY

from .phases import Figures
from .servers import COLYSEUS, OURS, PEERS

RESULTS = Path(__file__).parent / "RESULTS.md"
_TITLE = """# Results

Newest first; `make bench` adds to them. CPU is user + system of the server and its Redis together,
by the operating system's accounting: medians of the rounds, in which the servers take turns. The
server has one core, the load and Redis the other. The ratio is ours to Colyseus (pages: Express)
within a round: the median of the rounds, and the spread.
"""
_PACKAGES = ("django", "channels", "uvicorn", "uvloop", "websockets", "redis")
_ENVIRONMENT = "tests/load/servers.py lifts the limits on rates and addresses (`LIFTED`)."

#: A round: each server's figures, by its name.
Round = dict[str, Figures]


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


def section(rounds: Sequence[Round], command: str, users: int) -> str:
    """Return a run's results in Markdown."""
    names = [name for name in rounds[0] if name != OURS.name]
    head = ["", OURS.name, *names, "ratio", "spread", "bar", "goal"]
    lines = [_line(head), _line(["---"] + ["---:"] * (len(head) - 1))]
    lines += [_line(_cells(row, rounds, names)) for row in ROWS]
    return "\n".join(
        [
            f"## {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {_commit()}",
            "",
            f"`{command}`: {len(rounds)} rounds, {users} users in jams of seven.",
            "",
            *lines,
            "",
            *_notes(rounds),
            "",
        ]
    )


def write(text: str) -> None:
    """Put a section on top of RESULTS.md."""
    earlier = RESULTS.read_text().removeprefix(_TITLE) if RESULTS.exists() else ""
    RESULTS.write_text(f"{_TITLE}\n{text}{earlier}")


def _cells(row: Row, rounds: Sequence[Round], names: Sequence[str]) -> list[str]:
    values = [_values(row.figure, rounds, name) for name in (OURS.name, *names)]
    ratios = [
        one[OURS.name][row.figure] / one[row.against][row.figure]
        for one in rounds
        if row.figure in one.get(OURS.name, {}) and row.figure in one.get(row.against, {})
    ]
    shown = [_number(median(found)) if found else "" for found in values]
    spread = f"{min(ratios):.2f}-{max(ratios):.2f}" if ratios else ""
    ratio = f"**{median(ratios):.2f}**" if ratios else ""
    return [row.words, *shown, ratio, spread, f"{row.bar:.2f}", f"{row.goal:.2f}"]


def _values(figure: str, rounds: Sequence[Round], name: str) -> list[float]:
    return [one[name][figure] for one in rounds if figure in one.get(name, {})]


def _notes(rounds: Sequence[Round]) -> list[str]:
    def middle(figure: str, name: str = OURS.name) -> str:
        return _number(median(_values(figure, rounds, name)))

    busiest = max(
        figures[figure]
        for one in rounds
        for figures in one.values()
        for figure in figures
        if figure.endswith("generator busy")
    )
    return [
        (
            f"- Of ours, Redis: {middle('event, saturated, Redis')} µs per event saturated, "
            f"{middle('event, 2,000 toggles/s, Redis')} at 2,000/s, "
            f"{middle('join, all at once, Redis')} per join, {middle('page, Redis')} per page."
        ),
        (
            f"- Ours delivered {middle('event, saturated, per second')} events/s saturated, having "
            f"{float(middle('event, saturated, server busy')):.0%} of a core; the generator used "
            f"{busiest:.0%} of the other one at most."
        ),
        (
            "- Checked: every event reached everybody of its jam once and nobody else, no jam held "
            "more than seven, and there were at most two more jams than needed."
        ),
        f"- {_ENVIRONMENT}",
        f"- Python {platform.python_version()}, "
        + ", ".join(f"{package} {version(package)}" for package in _PACKAGES)
        + f"; {_node_versions()}.",
        (
            f"- {_processor()}, {os.cpu_count()} cores, load {os.getloadavg()[1]:.1f} "
            "(5 minutes) at the end: more than 2 means that others worked on the machine."
        ),
    ]


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
    return done.stdout.strip() or "no commit"


def _node_versions() -> str:
    packages = json.loads((PEERS / "package.json").read_text())["dependencies"]
    node = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip()
    return f"Node {node}, " + ", ".join(f"{name} {number}" for name, number in packages.items())


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
