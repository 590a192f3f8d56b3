"""What is measured of one running server, one phase after the other."""

import asyncio
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from .accounting import Used, resident_bytes
from .crowd import CAPACITY, Crowd
from .pages import Pages
from .servers import Server

TOGGLES_PER_SECOND = 2000
IN_FLIGHT = 64
PAGES_IN_FLIGHT = 8
JOIN_WINDOW = 32
_TICK_SECONDS = 0.001
#: A generator that was kept waiting catches up in steps.
_MOST_AT_ONCE = 16

#: A figure's name -> its value.
Figures = dict[str, float]


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    users: int
    seconds: float
    pages: int


@dataclass
class Measure:
    """The figures of one server in one round. ``used`` returns what has been used so far."""

    server: Server
    port: int
    pid: int
    used: Callable[[], Used]
    size: Size
    figures: Figures = field(default_factory=dict)

    @contextmanager
    def costs(self, name: str, operations: Callable[[], float]) -> Iterator[None]:
        """Note the CPU of an operation, in microseconds: server and Redis, and Redis alone."""
        before, began = self.used(), time.perf_counter()
        yield
        seconds = time.perf_counter() - began
        used, count = self.used().since(before), operations()
        self.figures[name] = (used.server + used.redis) / count * 1e6
        self.figures[f"{name}, Redis"] = used.redis / count * 1e6
        self.figures[f"{name}, per second"] = count / seconds
        self.figures[f"{name}, server busy"] = used.server / seconds
        self.figures[f"{name}, generator busy"] = used.generator / seconds

    def __post_init__(self) -> None:
        self.crowd = Crowd(self.server, self.port)

    async def warm_up(self) -> None:
        """Let the server load and compile what it does lazily."""
        await self.crowd.join(10 * CAPACITY, JOIN_WINDOW)
        self.crowd.check_jams()
        await self._at_rate(TOGGLES_PER_SECOND / 4, 1.0)
        await self.crowd.settle()
        await self.leave()

    async def join_at_once(self) -> None:
        """Everybody comes at the same moment; then nothing happens, and memory is measured."""
        empty = resident_bytes(self.pid)
        with self.costs("join, all at once", lambda: self.size.users):
            await self.crowd.join(self.size.users, self.size.users)
            await asyncio.sleep(0.3)  # the last ones are still being announced
        self.crowd.check_jams()
        await asyncio.sleep(1.0)
        self.figures["memory"] = (resident_bytes(self.pid) - empty) / self.size.users / 1024

    async def fixed_rate(self) -> None:
        """So many starts and stops a second, by users at random."""
        crowd = self.crowd
        crowd.latencies.clear()
        with self.costs("event, 2,000 toggles/s", lambda: len(crowd.latencies)):
            await self._at_rate(TOGGLES_PER_SECOND, self.size.seconds)
            await crowd.settle()
        ordered = sorted(crowd.latencies)
        self.figures["delivery p50"] = ordered[len(ordered) // 2] * 1e3
        self.figures["delivery p99"] = ordered[math.ceil(len(ordered) * 0.99) - 1] * 1e3

    async def saturated(self) -> None:
        """As many as the server can do, with a bounded number on their way."""
        crowd = self.crowd
        crowd.latencies.clear()
        with self.costs("event, saturated", lambda: len(crowd.latencies)):
            crowd.done = lambda _: crowd.take_turn()
            for _ in range(IN_FLIGHT):
                crowd.take_turn()
            await asyncio.sleep(self.size.seconds)
            await crowd.settle()

    async def leave(self) -> None:
        """Everybody leaves."""
        await self.crowd.leave()
        await asyncio.sleep(0.5)

    async def join_in_turn(self) -> None:
        """Everybody comes, some at a time."""
        with self.costs("join, 32 at a time", lambda: self.size.users):
            await self.crowd.join(self.size.users, JOIN_WINDOW)
            await asyncio.sleep(0.3)
        self.crowd.check_jams()

    async def pages(self) -> None:
        """Page views."""
        pages = Pages(self.server, self.port)
        await pages.get(self.size.pages // 4, PAGES_IN_FLIGHT)
        with self.costs("page", lambda: self.size.pages):
            await pages.get(self.size.pages, PAGES_IN_FLIGHT)

    async def _at_rate(self, per_second: float, seconds: float) -> None:
        began, sent = time.perf_counter(), 0
        while (now := time.perf_counter() - began) < seconds:
            for _ in range(min(_MOST_AT_ONCE, int(now * per_second) - sent)):
                sent += self.crowd.take_turn()
            await asyncio.sleep(_TICK_SECONDS)


#: What each server of jams does, in this order.
PHASES = (
    Measure.warm_up,
    Measure.join_at_once,
    Measure.fixed_rate,
    Measure.saturated,
    Measure.leave,
    Measure.join_in_turn,
    Measure.leave,
)
