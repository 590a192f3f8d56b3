"""Where the time goes: the worker's stacks, looked at some hundred times a second (py-spy)."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

import uvloop

from . import report
from .accounting import children
from .doors import Doors, hashed, spread, where_visitors_do
from .folding import grouped, unsorted
from .phases import JOIN_WINDOW, Measure, Size
from .running import Bench
from .servers import OURS

_SECONDS = 12
_PER_SECOND = 250
_SIZE = Size(users=350, seconds=_SECONDS + 1.0, pages=0)
_SHOWN = 5


class ProfilingFailed(Exception):
    """py-spy isn't there, or may not look at another process; the text is what it says."""


class Load(NamedTuple):
    """What goes on while it is looked at: on how many processes, and how users come to them."""

    name: str
    processes: int
    doors: Doors
    run: "Callable[[Measure, Load], Awaitable[None]]"


def profile(ground: Bench) -> list[str]:
    """Profile a worker under several loads; return the section."""
    folded = {load.name: _stacks(ground, load) for load in LOADS}
    shares = {name: grouped(stacks) for name, stacks in folded.items()}
    groups = dict.fromkeys(group for share in shares.values() for group in share)
    rows = [[name, *(f"{share.get(name, 0):.1%}" for share in shares.values())] for name in groups]
    return [
        *report.heading("where the time goes"),
        (
            f"Shares of one worker's time while it works, {_PER_SECOND} looks a second for "
            f"{_SECONDS} s; {_SIZE.users} users. Spread: the users of each jam are in both of two "
            "workers. tests/load/folding.py has the groups."
        ),
        "",
        *report.table(["", *shares], rows),
        "",
        *(_note(name, stacks) for name, stacks in folded.items()),
        *report.machine(),
    ]


def _note(name: str, stacks: list[str]) -> str:
    found = unsorted(stacks)[:_SHOWN]
    frames = ", ".join(f"`{frame}` ({count})" for frame, count in found) or "nothing"
    return f"- {name}: {len(stacks)} different stacks; what is in no group: {frames}."


def _stacks(ground: Bench, load: Load) -> list[str]:
    ground.empty()
    path = ground.folder / f"{load.name}.folded"
    with ground.run(OURS, _SIZE, processes=load.processes) as measure:
        uvloop.run(_profile(measure, load, path))
    return path.read_text().splitlines()


async def _profile(measure: Measure, load: Load, path: Path) -> None:
    py_spy = _py_spy()
    await measure.warm_up(load.doors(measure.ports, measure.size.users))
    (worker,) = children(measure.pids[0])
    watching = asyncio.create_task(_watch(py_spy, worker, path))
    await load.run(measure, load)
    await watching


async def _saturate(measure: Measure, load: Load) -> None:
    users = measure.size.users
    await measure.join("join", users, JOIN_WINDOW, load.doors(measure.ports, users))
    await measure.saturated()
    await measure.leave()


async def _join_again_and_again(measure: Measure, load: Load) -> None:
    loop = asyncio.get_running_loop()
    users, end = measure.size.users, loop.time() + _SECONDS
    while loop.time() < end:
        await measure.crowd.join(users, JOIN_WINDOW, load.doors(measure.ports, users))
        await measure.crowd.leave()


LOADS = (
    Load("saturated", 1, hashed, _saturate),
    Load("joins", 1, where_visitors_do, _join_again_and_again),
    Load("saturated, spread", 2, spread, _saturate),
)


def _py_spy() -> str:
    """Return py-spy's path; raise ProfilingFailed if it isn't installed."""
    beside = Path(sys.executable).with_name("py-spy")
    found = str(beside) if beside.exists() else shutil.which("py-spy")
    if found is None:
        raise ProfilingFailed("py-spy isn't installed: run `make bench-profile`")
    return found


async def _watch(py_spy: str, worker: int, path: Path) -> None:
    """Have py-spy write the worker's stacks; raise ProfilingFailed if it can't."""
    process = await asyncio.create_subprocess_exec(
        *(py_spy, "record", "--pid", str(worker), "--native", "--format", "raw"),
        *("--duration", str(_SECONDS), "--rate", str(_PER_SECOND), "--output", str(path)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise ProfilingFailed(said.decode(errors="replace"))
