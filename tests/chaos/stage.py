"""A server with levers on a Redis that may fail, and the rules that hold through every fault."""

import asyncio
import json
import random
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import psutil

from jams.planning import decode_jam
from jams.store import Keys
from tests.process.serving import serve, worker_pids
from tests.processes import ServerProcess, wait_until
from tests.redis.commit_log import assert_indexes_agree

from .guests import Guest, by_jam, until
from .levers import VARIABLE, Levers
from .redis_process import RedisProcess

KEYS = Keys()
#: Several reads are compared; somebody may come or go between them, but not always.
INDEX_SECONDS = 5.0
#: Each try has about the chance of a coin.
SPREAD_SECONDS = 30.0


@dataclass
class Stage:
    """Everything a fault needs."""

    server: ServerProcess
    redis: RedisProcess
    levers: Levers

    @property
    def url(self) -> str:
        return self.server.url

    def workers(self) -> set[int]:
        return worker_pids(self.server)

    def guests_of(self, pid: int, guests: Iterable[Guest]) -> list[Guest]:
        """Return the guests whose sockets a worker process holds."""
        ports = {
            connection.raddr.port
            for connection in psutil.Process(pid).net_connections("tcp")
            if connection.status == psutil.CONN_ESTABLISHED
        }
        return [guest for guest in guests if guest.is_in and guest.port in ports]

    async def in_every_worker(self, guests: Sequence[Guest]) -> None:
        """Have guests in every worker. Whichever is free takes a socket: one may have taken all."""
        async with asyncio.timeout(SPREAD_SECONDS):
            while not all(self.guests_of(pid, guests) for pid in self.workers()):
                guest = random.choice(guests)
                came = len(guest.joins)
                guest.cut()
                await until(lambda: len(guest.joins) > came, SPREAD_SECONDS, "a guest's return")  # noqa: B023
                guest.codes.clear()
        await self.settle(guests)

    def counts(self) -> dict[str, Any]:
        """What the only worker holds now."""
        counts: dict[str, Any] = self._ask("counts")
        return counts

    def garbage(self) -> dict[str, int]:
        """What of the only worker is held by nothing but itself: objects by type. Frees it."""
        garbage: dict[str, int] = self._ask("garbage")
        return garbage

    def _ask(self, what: str) -> Any:
        with urllib.request.urlopen(f"{self.url}/chaos/{what}", timeout=10) as response:
            return json.load(response)

    def jams(self) -> dict[str, Any]:
        """The jams as Redis has them; checks that its indexes agree."""
        stored: Any = self.redis.client.hgetall(KEYS.jams)
        return {jam_id.decode(): decode_jam(value) for jam_id, value in stored.items()}

    def keys(self) -> list[bytes]:
        """The keys in Redis, but for the claim of who counts the half hour: it comes and goes."""
        keys = cast("list[bytes]", self.redis.client.keys())
        return sorted(key for key in keys if key != KEYS.stats.encode())

    def assert_rules(self) -> None:
        """The rules of a jam, and that ``seats`` and ``open`` agree with the jams."""
        jams = self.jams()
        for jam_id, jam in jams.items():
            assert 1 <= len(jam.users) <= 7, (jam_id, len(jam.users))
            assert len(jam.loops()) == len(jam.users), jam_id
        users = [user for jam in jams.values() for user in jam.users]
        assert len(users) == len(set(users)), "a user is in two jams"
        wait_until(self._indexes_agree, INDEX_SECONDS, "indexes that agree with the jams")

    def _indexes_agree(self) -> bool:
        """Compare, if nobody came or went between the reads."""
        try:
            assert_indexes_agree(self.redis.client, self.jams())
        except AssertionError:
            return False
        return True

    def views_agree(self, guests: Iterable[Guest]) -> bool:
        """Whether every guest sees just the users, with the loops, that Redis has in their jam."""
        jams = self.jams()
        for jam_id, those in by_jam(guests).items():
            jam = jams.get(jam_id)
            truth = {user: seat.loop for user, seat in jam.users.items()} if jam else {}
            for guest in those:
                seen = {user: state["loop"] for user, state in guest.sees.items()}
                if seen != truth:
                    return False
        return True

    async def settle(self, guests: Iterable[Guest], within: float = 15.0) -> float:
        """Wait until everybody sees what Redis has; return how long that took."""
        guests = list(guests)
        return await until(lambda: self.views_agree(guests), within, "views that agree with Redis")


@contextmanager
def stage(folder: Path, *options: str, **variables: str) -> Iterator[Stage]:
    """The production server, breakable, for a block."""
    levers = Levers(folder / "levers")
    with RedisProcess(folder) as redis:
        variables = {
            "DJANGO_SETTINGS_MODULE": "tests.chaos.server_settings",
            VARIABLE: str(levers.path),
            # A crowd of one address comes and comes back many times a minute.
            "JAM_CONNECTS_PER_MINUTE_PER_ADDRESS": "100000",
            **variables,
        }
        with serve(folder, redis.url, *options, **variables) as server:
            yield Stage(server, redis, levers)
