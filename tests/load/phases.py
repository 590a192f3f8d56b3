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

    async def jams(self) -> Figures:
        """Measure joins, idle memory, and events."""
        await self._warm_up()
        crowd, count = Crowd(self.server, self.port), self.size.users
        empty = resident_bytes(self.pid)
        with self.costs("join, all at once", lambda: count):
            await crowd.join(count, count)
            await asyncio.sleep(0.3)  # the last ones are still being announced
        crowd.check_jams()
        await asyncio.sleep(1.0)
        self.figures["memory"] = (resident_bytes(self.pid) - empty) / count / 1024
        await self._fixed_rate(crowd)
        await self._saturated(crowd)
        await crowd.leave()
        await asyncio.sleep(0.5)
        with self.costs("join, 32 at a time", lambda: count):
            await crowd.join(count, JOIN_WINDOW)
            await asyncio.sleep(0.3)
        crowd.check_jams()
        await crowd.leave()
        return self.figures

    async def pages(self) -> Figures:
        """Measure page views."""
        pages = Pages(self.server, self.port)
        await pages.get(self.size.pages // 4, PAGES_IN_FLIGHT)
        with self.costs("page", lambda: self.size.pages):
            await pages.get(self.size.pages, PAGES_IN_FLIGHT)
        return self.figures

    async def _warm_up(self) -> None:
        """Let the server load and compile what it does lazily."""
        crowd = Crowd(self.server, self.port)
        await crowd.join(10 * CAPACITY, JOIN_WINDOW)
        crowd.check_jams()
        await self._at_rate(crowd, TOGGLES_PER_SECOND / 4, 1.0)
        await crowd.settle()
        await crowd.leave()
        await asyncio.sleep(0.5)

    async def _fixed_rate(self, crowd: Crowd) -> None:
        crowd.latencies.clear()
        with self.costs("event, 2,000 toggles/s", lambda: len(crowd.latencies)):
            await self._at_rate(crowd, TOGGLES_PER_SECOND, self.size.seconds)
            await crowd.settle()
        ordered = sorted(crowd.latencies)
        self.figures["delivery p50"] = ordered[len(ordered) // 2] * 1e3
        self.figures["delivery p99"] = ordered[math.ceil(len(ordered) * 0.99) - 1] * 1e3

    async def _at_rate(self, crowd: Crowd, per_second: float, seconds: float) -> None:
        began, sent = time.perf_counter(), 0
        while (now := time.perf_counter() - began) < seconds:
            for _ in range(min(_MOST_AT_ONCE, int(now * per_second) - sent)):
                sent += crowd.take_turn()
            await asyncio.sleep(_TICK_SECONDS)

    async def _saturated(self, crowd: Crowd) -> None:
        crowd.latencies.clear()
        with self.costs("event, saturated", lambda: len(crowd.latencies)):
            crowd.done = lambda _: crowd.take_turn()
            for _ in range(IN_FLIGHT):
                crowd.take_turn()
            await asyncio.sleep(self.size.seconds)
            await crowd.settle()
