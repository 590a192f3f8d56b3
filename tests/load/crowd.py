"""Many users in one process: raw sockets, and no more work for each frame than checking it.

Every event that comes is checked: its user must be in the receiver's own jam, and a turn (a start
or a stop) counts as done when everybody of the jam has heard of it, each exactly once.
"""

import asyncio
import random
import time
from array import array
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, cast

from .servers import Seat, Server

CAPACITY = 7
_HANDSHAKE_END = b"\r\n\r\n"
_CLOSE = 8
_PING = 9
#: When so many users in a row are still being heard of, the server is behind.
_PICKS = 100


class WrongDelivery(Exception):
    """A server delivered what it shouldn't have, or not what it should."""


class Door(NamedTuple):
    """Where a user comes in: the server's port, and the socket's path there."""

    port: int
    path: str


@dataclass(slots=True)
class Turn:
    """A user's starts and stops: when the last one was sent, and who hasn't heard of it yet."""

    client: "Client"
    sent_at: float = 0.0
    awaited: int = 0
    playing: bool = False
    sent: int = 0


class Client(asyncio.Protocol):
    """A user's socket."""

    def __init__(self, crowd: "Crowd", path: str) -> None:
        self.crowd = crowd
        self.server = crowd.server
        self.path = path
        self.rest = b""
        self.heard = 0
        self.seat: Seat | None = None
        self.seated = asyncio.get_running_loop().create_future()
        #: The turns of everybody in the same jam, by user.
        self.turns: dict[bytes, Turn] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but name
        self.transport.write(
            f"GET {self.path} HTTP/1.1\r\n{self.server.headers}Upgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
        )

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.seated.done():
            self.seated.set_exception(
                ConnectionError(f"closed before it was seated: {self.rest!r}")
            )
        self.crowd.lost += 1

    def data_received(self, data: bytes) -> None:
        if self.rest:
            data = self.rest + data
        start, size, mark = 0, len(data), self.server.user_mark
        if data.startswith(b"HTTP/"):
            head = data.find(_HANDSHAKE_END)
            if head < 0 or not data.startswith(b"HTTP/1.1 101"):
                self.rest = data
                return
            start = head + len(_HANDSHAKE_END)
        now = time.perf_counter()
        while size - start >= 2:
            length, payload = data[start + 1], start + 2
            if length == 126:
                length, payload = int.from_bytes(data[start + 2 : start + 4], "big"), start + 4
            end = payload + length
            if end > size:
                break
            user = data.find(mark, payload, end)
            if user >= 0 and self.turns and data.find(b"loop_", payload, user) >= 0:
                user += len(mark)
                self.hear(data[user : user + 16], now)
                self.crowd.event_bytes = end - start
            else:
                self.other(data[start] & 15, data[payload:end])
            start = end
        self.rest = data[start:]

    def hear(self, user_id: bytes, now: float) -> None:
        turn = self.turns.get(user_id)
        if turn is None or turn.awaited <= 0:
            self.crowd.wrong.append(f"{self.seat} heard of {user_id!r}")
            return
        self.heard += 1
        turn.awaited -= 1
        self.crowd.latencies.append(now - turn.sent_at)
        if turn.awaited == 0:
            self.crowd.done(turn)

    def other(self, opcode: int, payload: bytes) -> None:
        """Answer a ping, greet, find one's seat."""
        server = self.server
        if opcode == _PING:
            self.transport.write(bytes((0x8A, 0x80 | len(payload))) + bytes(4) + payload)
        elif opcode != _CLOSE and self.seat is None:
            self.seat = server.seat(payload)
            if self.seat is not None:
                self.seated.set_result(None)
            elif server.hello and payload.startswith(server.hello[0]):
                self.transport.write(server.hello[1])
        elif server.ping and payload == server.ping[0]:
            self.transport.write(server.ping[1])


@dataclass
class Crowd:
    """Users of one server."""

    server: Server
    port: int
    clients: list[Client] = field(default_factory=list)
    latencies: "array[float]" = field(default_factory=lambda: array("d"))
    wrong: list[str] = field(default_factory=list)
    lost: int = 0
    #: What the latest event was on the wire, TCP and IP apart.
    event_bytes: int = 0
    done: Callable[[Turn], object] = lambda _: None
    _turns: list[Turn] = field(default_factory=list)

    async def join(
        self, count: int, at_once: int, doors: Sequence[Door | None] = (None,)
    ) -> list[Client]:
        """Seat so many more users, so many of them at a time; return them.

        They take the doors in turn; without one a user comes in where visitors do.
        """
        window = asyncio.Semaphore(at_once)

        async def join_one(door: Door | None) -> Client:
            async with window:
                port, path = door or Door(self.port, await self._path())
                loop = asyncio.get_running_loop()
                _, client = await loop.create_connection(
                    lambda: Client(self, path), "127.0.0.1", port
                )
                await client.seated
                return client

        coming = (join_one(doors[number % len(doors)]) for number in range(count))
        newcomers = await asyncio.gather(*coming)
        self.clients += newcomers
        random.shuffle(self.clients)
        return newcomers

    async def _path(self) -> str:
        if self.server.ask_seat is None:
            return self.server.path
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(
            b"POST /matchmake/joinOrCreate/jam HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
        )
        answer = await reader.read()
        writer.close()
        return self.server.ask_seat(answer.partition(_HANDSHAKE_END)[2])

    def check_jams(self, most_spare: int = 2) -> None:
        """Fail if a jam holds more than seven, or if there are many more jams than needed."""
        jams = defaultdict[str, list[Client]](list)
        for client in self.clients:
            assert client.seat is not None
            jams[client.seat.jam_id].append(client)
        fullest = max(map(len, jams.values()))
        if fullest > CAPACITY:
            raise WrongDelivery(f"{self.server.name}: a jam of {fullest}")
        if len(jams) > -(-len(self.clients) // CAPACITY) + most_spare:
            raise WrongDelivery(f"{self.server.name}: {len(jams)} jams for {len(self.clients)}")
        self._turns = []
        for users in jams.values():
            turns = {user.seat.user_id: Turn(user) for user in users if user.seat}
            self._turns += turns.values()
            for user in users:
                user.turns = turns
                user.heard = 0

    def take_turn(self) -> bool:
        """Have somebody, at random, start or stop; False if all are still being heard of."""
        for _ in range(_PICKS):
            turn = random.choice(self._turns)
            if not turn.awaited:
                break
        else:
            return False
        turn.playing = not turn.playing
        turn.awaited = len(turn.client.turns)
        turn.sent += 1
        turn.sent_at = time.perf_counter()
        turn.client.transport.write(self.server.play if turn.playing else self.server.stop)
        return True

    async def settle(self, seconds: float = 5.0) -> None:
        """Wait until every turn has been heard of by everybody; fail if that isn't so."""
        self.done = lambda _: None
        await _until(lambda: not any(turn.awaited for turn in self._turns), seconds)
        for client in self.clients:
            wanted = sum(turn.sent for turn in client.turns.values())
            if client.heard != wanted:
                self.wrong.append(f"{client.seat} heard {client.heard} of {wanted} events")
        if self.lost:
            self.wrong.append(f"{self.lost} connections were lost")
        if self.wrong:
            raise WrongDelivery(f"{self.server.name}: {len(self.wrong)}, first {self.wrong[:3]}")

    async def leave(self, leaving: Sequence[Client] | None = None) -> None:
        """Have some leave, by default everybody; ``check_jams`` before those who stay go on."""
        leaving = self.clients if leaving is None else leaving
        gone = set(map(id, leaving))
        self.clients = [client for client in self.clients if id(client) not in gone]
        self._turns = []
        for client in leaving:
            client.transport.write(self.server.leave)
            client.transport.write(b"\x88\x82\0\0\0\0\x03\xe8")
        await _until(lambda: self.lost == len(leaving), 10.0 + len(leaving) / 500)
        if self.lost != len(leaving):
            raise WrongDelivery(f"{self.server.name}: {len(leaving) - self.lost} can't leave")
        self.lost = 0

    def abandon(self) -> None:
        """Close all sockets at once, without a word."""
        for client in self.clients:
            client.transport.abort()
        self.clients, self._turns = [], []


async def _until(condition: Callable[[], bool], seconds: float) -> None:
    """Wait for a condition, no longer than so many seconds."""
    deadline = time.perf_counter() + seconds
    while not condition() and time.perf_counter() < deadline:  # noqa: ASYNC110 (it is counted)
        await asyncio.sleep(0.01)
