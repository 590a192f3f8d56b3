"""How results look, and where they go: RESULTS.md."""

import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.processes import REPOSITORY

from .phases import Figures

RESULTS = Path(__file__).parent / "RESULTS.md"
#: What may grow no further than this from the smallest case to the largest counts as flat.
FLAT = 1.3
_PACKAGES = ("django", "channels", "uvicorn", "uvloop", "websockets", "redis")

#: A round: the figures of each server, or of each case of one, by its name.
Round = dict[str, Figures]


class Figure(NamedTuple):
    """A row: the figure's name, in words, and whether it ought to be flat."""

    name: str
    words: str
    flat: bool = True


def heading(what: str) -> list[str]:
    """Return the lines with which a section begins: the time, the commit, the command."""
    command = " ".join(["python -m tests.load", *sys.argv[1:]])
    return [
        f"## {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {_commit()}: {what}",
        "",
        f"`{command}`",
        "",
    ]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a table's lines; the first column is words, the others are figures."""
    ruler = ["---"] + ["---:"] * (len(head) - 1)
    return [f"| {' | '.join(cells)} |" for cells in (head, ruler, *rows)]


def trend(rounds: Sequence[Round], figures: Sequence[Figure], cases: Sequence[str]) -> list[str]:
    """Return a table of how figures go from the first case to the others.

    Medians of the rounds; in brackets the ratio to the first case, the median of the ratios within
    a round.
    """
    rows = []
    for figure in figures:
        cells = [_trend_cell(rounds, figure.name, case, cases[0]) for case in cases]
        worst = max(ratio(rounds, figure.name, case, cases[0]) for case in cases)
        verdict = "" if not figure.flat else "flat" if worst <= FLAT else "**not flat**"
        rows.append([figure.words, *cells, verdict])
    return table(["", *cases, ""], rows)


def middle(rounds: Sequence[Round], name: str, case: str) -> float:
    """Return a figure's median."""
    return median(one[case][name] for one in rounds)


def ratio(rounds: Sequence[Round], name: str, case: str, to: str) -> float:
    """Return the median of a figure's ratios to another case's, each within a round."""
    return median(one[case][name] / one[to][name] for one in rounds)


def _trend_cell(rounds: Sequence[Round], name: str, case: str, first: str) -> str:
    shown = number(middle(rounds, name, case))
    return shown if case == first else f"{shown} ({ratio(rounds, name, case, first):.2f})"


def number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def machine() -> list[str]:
    """Return the notes with which a section ends: versions, processor, load."""
    return [
        "- tests/load/servers.py lifts the limits on rates and addresses (`LIFTED`).",
        f"- Python {platform.python_version()}, "
        + ", ".join(f"{package} {version(package)}" for package in _PACKAGES)
        + ".",
        (
            f"- {_processor()}, {os.cpu_count()} cores, load {os.getloadavg()[1]:.1f} "
            "(5 minutes) at the end: more than 2 means that others worked on the machine."
        ),
    ]


def busiest(rounds: Sequence[Round]) -> float:
    """Return the most that the generator used of its core, in any phase."""
    return max(
        value
        for one in rounds
        for figures in one.values()
        for name, value in figures.items()
        if name.endswith("generator busy")
    )


def write(lines: Sequence[str]) -> None:
    """Put a section on top of RESULTS.md."""
    title, mark, earlier = RESULTS.read_text().partition("\n## ")
    RESULTS.write_text("\n".join([title, *lines, ""]) + mark + earlier)


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
    return done.stdout.strip() or "no commit"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
