"""What processes have used so far, from the operating system's accounting (Linux)."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import psutil

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Used(NamedTuple):
    """CPU seconds (user and system) of a server, of its Redis, and of this process."""

    server: float
    redis: float
    generator: float

    def since(self, earlier: "Used") -> "Used":
        return Used(*(now - before for now, before in zip(self, earlier, strict=True)))


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process and its children, to the nanosecond."""
    return sum(map(own_cpu_seconds, _tree(pid)))


def own_cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process alone, of its threads that live."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(schedstat.read_text().split()[0]) / 1e9 for schedstat in tasks)


def resident_bytes(pid: int) -> int:
    """Return the memory that a process and its children hold."""
    return sum(
        int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE_BYTES
        for process in _tree(pid)
    )


def _tree(pid: int) -> Iterable[int]:
    root = psutil.Process(pid)
    return [pid, *(child.pid for child in root.children(recursive=True))]
