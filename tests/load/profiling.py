"""Where the time goes: the worker's stacks, looked at some hundred times a second (py-spy)."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop

from . import report
from .accounting import children
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


def profile(ground: Bench) -> list[str]:
    """Profile the worker while it is saturated, and while users come; return the section."""
    folded: dict[str, list[str]] = {}
    for name, load in (("saturated", _saturate), ("joins", _join_again_and_again)):
        ground.empty()
        with ground.run(OURS, _SIZE) as measure:
            path = Path(ground.folder / f"{name}.folded")
            uvloop.run(_profile(measure, load, path))
            folded[name] = path.read_text().splitlines()
    lines = report.heading("where the time goes")
    lines += [
        (
            f"Shares of the worker's time while it works, {_PER_SECOND} looks a second for "
            f"{_SECONDS} s; {_SIZE.users} users. tests/load/folding.py has the groups."
        ),
        "",
    ]
    shares = {name: grouped(stacks) for name, stacks in folded.items()}
    groups = dict.fromkeys(group for share in shares.values() for group in share)
    rows = [[name, *(f"{share.get(name, 0):.1%}" for share in shares.values())] for name in groups]
    lines += [*report.table(["", *shares], rows), ""]
    for name, stacks in folded.items():
        found = unsorted(stacks)[:_SHOWN]
        frames = ", ".join(f"`{frame}` ({count})" for frame, count in found) or "nothing"
        lines.append(f"- {name}: {len(stacks)} different stacks; what is in no group: {frames}.")
    return lines + report.machine()


async def _profile(
    measure: Measure, load: Callable[[Measure], Awaitable[None]], path: Path
) -> None:
    await measure.warm_up()
    (worker,) = children(measure.pids[0])
    watching = asyncio.create_task(_watch(worker, path))
    await load(measure)
    await watching


async def _saturate(measure: Measure) -> None:
    await measure.join_at_once()
    await measure.saturated()
    await measure.leave()


async def _join_again_and_again(measure: Measure) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + _SECONDS
    while loop.time() < end:
        await measure.crowd.join(measure.size.users, JOIN_WINDOW)
        await measure.crowd.leave()


async def _watch(worker: int, path: Path) -> None:
    """Have py-spy write the worker's stacks; raise ProfilingFailed if it can't."""
    beside = Path(sys.executable).with_name("py-spy")
    command = str(beside) if beside.exists() else shutil.which("py-spy")
    if command is None:
        raise ProfilingFailed("py-spy isn't installed: run `make bench-profile`")
    process = await asyncio.create_subprocess_exec(
        *(command, "record", "--pid", str(worker), "--native", "--format", "raw"),
        *("--duration", str(_SECONDS), "--rate", str(_PER_SECOND), "--output", str(path)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise ProfilingFailed(said.decode(errors="replace"))
