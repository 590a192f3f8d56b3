"""What processes have used so far, from the operating system's accounting (Linux)."""

import os
import resource
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import psutil

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Used(NamedTuple):
    """CPU seconds (user and system) of a server, of its Redis, and of this process.

    ``kernel`` is the system's part of the server's: to a hundredth of a second. ``writes`` are its
    system calls that write, to sockets mostly.
    """

    server: float
    redis: float
    generator: float
    kernel: float
    writes: float

    def since(self, earlier: "Used") -> "Used":
        return Used(*(now - before for now, before in zip(self, earlier, strict=True)))


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process and its children, to the nanosecond."""
    return sum(map(own_cpu_seconds, _tree(pid)))


def kernel_seconds(pid: int) -> float:
    """Return what of the CPU time of a process and its children the kernel took."""
    return sum(psutil.Process(process).cpu_times().system for process in _tree(pid))


def system_writes(pid: int) -> int:
    """Return how many system calls that write a process and its children have made."""
    return sum(psutil.Process(process).io_counters().write_count for process in _tree(pid))


def own_cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process alone, of its threads that live."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(schedstat.read_text().split()[0]) / 1e9 for schedstat in tasks)


def resident_bytes(pids: Sequence[int]) -> int:
    """Return the memory that processes and their children hold."""
    return sum(
        int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE_BYTES
        for pid in pids
        for process in _tree(pid)
    )


def children(pid: int) -> list[int]:
    """Return a process's children: of a server its workers."""
    return [child.pid for child in psutil.Process(pid).children(recursive=True)]


def allow_sockets(count: int) -> bool:
    """Raise this process's limit of open files, which its children inherit; tell if it suffices."""
    wanted = count + 500  # what is open beside sockets
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        soft = max(soft, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft >= wanted


def _tree(pid: int) -> Iterable[int]:
    return [pid, *children(pid)]
