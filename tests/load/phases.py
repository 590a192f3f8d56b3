"""What is measured of one running server, one phase after the other."""

import asyncio
import math
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from .accounting import Used, resident_bytes
from .crowd import CAPACITY, Client, Crowd, Door
from .pages import Pages
from .servers import Server

TOGGLES_PER_SECOND = 2000
IN_FLIGHT = 64
PAGES_IN_FLIGHT = 8
JOIN_WINDOW = 32
_TICK_SECONDS = 0.001
#: After a phase there is still something under way: the last ones are being announced.
_AFTER_SECONDS = 0.3
#: A generator that was kept waiting catches up in steps: of so many, or of so many ticks' worth.
_MOST_AT_ONCE = 16
_MOST_TICKS = 3

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
    """The figures of one server in one round. ``used`` returns what has been used so far.

    A server is one process or several, each with a port of its own.
    """

    server: Server
    ports: Sequence[int]
    pids: Sequence[int]
    used: Callable[[], Used]
    size: Size
    figures: Figures = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.crowd = Crowd(self.server, self.ports[0])

    @contextmanager
    def costs(self, name: str, operations: Callable[[], float]) -> Iterator[None]:
        """Note the CPU of an operation, in microseconds: server and Redis, and parts of it."""
        before, began = self.used(), time.perf_counter()
        yield
        seconds = time.perf_counter() - began
        used, count = self.used().since(before), operations()
        self.figures[name] = (used.server + used.redis) / count * 1e6
        self.figures[f"{name}, Redis"] = used.redis / count * 1e6
        self.figures[f"{name}, kernel"] = used.kernel / count * 1e6
        self.figures[f"{name}, writes"] = used.writes / count
        self.figures[f"{name}, per second"] = count / seconds
        self.figures[f"{name}, server busy"] = used.server / seconds
        self.figures[f"{name}, generator busy"] = used.generator / seconds

    async def warm_up(self, doors: Sequence[Door | None] = (None,)) -> None:
        """Let the server load and compile what it does lazily."""
        await self.crowd.join(10 * CAPACITY, JOIN_WINDOW, doors)
        self.crowd.check_jams()
        await self.at_rate(TOGGLES_PER_SECOND / 4, 1.0)
        await self.crowd.settle()
        await self.leave()

    async def join(
        self, name: str, count: int, at_once: int, doors: Sequence[Door | None] = (None,)
    ) -> list[Client]:
        """So many more come, so many of them at a time."""
        with self.costs(name, lambda: count):
            clients = await self.crowd.join(count, at_once, doors)
            await asyncio.sleep(_AFTER_SECONDS)
        self.crowd.check_jams()
        return clients

    async def join_at_once(self) -> None:
        """Everybody comes at the same moment; then nothing happens, and memory is measured."""
        empty = resident_bytes(self.pids)
        await self.join("join, all at once", self.size.users, self.size.users)
        await asyncio.sleep(1.0)
        self.figures["memory"] = (resident_bytes(self.pids) - empty) / self.size.users / 1024

    async def join_in_turn(self) -> None:
        """Everybody comes, some at a time."""
        await self.join("join, 32 at a time", self.size.users, JOIN_WINDOW)

    async def fixed_rate(self, per_second: float = TOGGLES_PER_SECOND) -> None:
        """So many starts and stops a second, by users at random."""
        crowd = self.crowd
        with self.costs("event, 2,000 toggles/s", lambda: len(crowd.latencies)):
            crowd.latencies = array("d")
            await self.at_rate(per_second, self.size.seconds)
            await crowd.settle()
        ordered = sorted(crowd.latencies)
        self.figures["event bytes"] = crowd.event_bytes
        self.figures["delivery p50"] = ordered[len(ordered) // 2] * 1e3
        self.figures["delivery p99"] = ordered[math.ceil(len(ordered) * 0.99) - 1] * 1e3

    async def saturated(self, name: str = "event, saturated", in_flight: int = IN_FLIGHT) -> None:
        """As many as the server can do, with a bounded number on their way."""
        crowd = self.crowd
        with self.costs(name, lambda: len(crowd.latencies)):
            crowd.latencies = array("d")
            crowd.done = lambda _: crowd.take_turn()
            for _ in range(in_flight):
                crowd.take_turn()
            await asyncio.sleep(self.size.seconds)
            await crowd.settle()

    async def idle(self, seconds: float) -> None:
        """Nobody does anything: pings, beats and audits go on. The figure is for each second."""
        with self.costs("idle", lambda: seconds):
            await asyncio.sleep(seconds)

    async def leave(self, leaving: Sequence[Client] | None = None) -> None:
        """Some leave, or everybody."""
        await self.crowd.leave(leaving)
        await asyncio.sleep(0.5)

    async def pages(self) -> None:
        """Page views."""
        pages = Pages(self.server, self.ports[0])
        await pages.get(self.size.pages // 4, PAGES_IN_FLIGHT)
        with self.costs("page", lambda: self.size.pages):
            await pages.get(self.size.pages, PAGES_IN_FLIGHT)

    async def at_rate(self, per_second: float, seconds: float) -> None:
        """So many starts and stops a second, for so many seconds."""
        began, sent = time.perf_counter(), 0
        most = max(_MOST_AT_ONCE, int(per_second * _MOST_TICKS * _TICK_SECONDS))
        while (now := time.perf_counter() - began) < seconds:
            for _ in range(min(most, int(now * per_second) - sent)):
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
