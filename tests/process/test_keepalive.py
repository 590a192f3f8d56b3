"""When connections are looked at, and what becomes of those whose peers say nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import pairwise
from socket import AF_INET, SOCK_STREAM, socket
from typing import Any, NamedTuple

import pytest
from uvicorn import Config

from jams.server import keepalive
from jams.server.keepalive import Keepalive
from jams.server.options import uvicorn_options
from jams.server.protocol import DirectWebSocketProtocol
from jams.server.worker import DrainingServer

PATIENCE_SECONDS = 10.0
PING = b"\x89\x00"
PONG = b"\x8a\x80\0\0\0\0"
HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


class Quiet:
    """A connection that counts how often it is looked at, and is there for so many times."""

    def __init__(self, looks: int) -> None:
        self.looks_left = looks
        self.seen = list[float]()
        self.over = asyncio.Event()

    def look(self) -> bool:
        self.seen.append(asyncio.get_running_loop().time())
        self.looks_left -= 1
        if not self.looks_left:
            self.over.set()
        return self.looks_left > 0


async def over(*connections: Quiet) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        for connection in connections:
            await connection.over.wait()


async def test_each_one_is_looked_at_once_a_period_till_it_is_gone() -> None:
    looks = Keepalive(0.05)
    first, second = Quiet(3), Quiet(5)
    began = asyncio.get_running_loop().time()
    looks.watch(first)
    looks.watch(second)
    await over(first, second)
    assert (len(first.seen), len(second.seen)) == (3, 5)
    for connection in (first, second):
        times = [began, *connection.seen]
        gaps = [later - earlier for earlier, later in pairwise(times)]
        assert min(gaps) > 0.05 - 0.002  # a timer's resolution


async def test_those_whose_time_comes_close_together_are_looked_at_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keepalive, "BEAT_SECONDS", 0.5)
    beats, beat = list[None](), Keepalive._look

    def counted(self: Keepalive) -> None:
        beats.append(None)
        beat(self)

    monkeypatch.setattr(Keepalive, "_look", counted)
    looks, crowd = Keepalive(0.1), [Quiet(2) for _ in range(50)]
    for connection in crowd:
        looks.watch(connection)
        await asyncio.sleep(0.002)
    await over(*crowd)
    # At first only those whose time had come, a beat later all the others, and once more so.
    assert len(beats) < 10


async def test_who_is_forgotten_is_not_looked_at_and_does_not_stop_the_others() -> None:
    looks = Keepalive(0.02)
    gone, there = Quiet(1), Quiet(3)
    looks.watch(gone)
    looks.watch(there)
    looks.forget(gone)
    looks.forget(gone)
    await over(there)
    assert not gone.seen


async def test_it_begins_again_after_everybody_has_gone() -> None:
    looks = Keepalive(0.02)
    for _ in range(2):
        connection = Quiet(2)
        looks.watch(connection)
        await over(connection)
        assert len(connection.seen) == 2


class Ends(NamedTuple):
    """Both ends of a socket: the server's protocol, and the peer. ``said``: what the app got."""

    protocol: DirectWebSocketProtocol
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    said: "asyncio.Queue[str]"

    async def say(self, frame: bytes) -> None:
        """Send a frame, and a text after it; return when the text has arrived."""
        self.writer.write(frame + b"\x81\x81\0\0\0\0x")
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await self.said.get() == "x"

    async def read(self, size: int) -> bytes:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.reader.readexactly(size)


@asynccontextmanager
async def connected() -> AsyncIterator[Ends]:
    """Connect to a server with the production's options, at which nobody looks by itself."""
    said = asyncio.Queue[str]()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        assert (await receive())["type"] == "websocket.connect"
        await send({"type": "websocket.accept"})
        while (event := await receive())["type"] == "websocket.receive":
            said.put_nowait(event["text"])

    options = uvicorn_options() | {"app": application, "lifespan": "off"}
    server = DrainingServer(Config(**options))
    server.server_state.keepalive = Keepalive(3600.0)
    with socket(AF_INET, SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        serving = asyncio.create_task(server.serve([listener]))
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        writer.write(HANDSHAKE)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await reader.readuntil(b"\r\n\r\n")
        (protocol,) = server._sockets()
        try:
            yield Ends(protocol, reader, writer, said)
        finally:
            writer.close()
            with suppress(OSError):  # the other end may have closed it
                await writer.wait_closed()
            server.should_exit = True
            await serving


async def test_a_peer_that_answers_nothing_is_sent_one_ping_and_closed() -> None:
    async with connected() as (protocol, reader, _, _):
        assert protocol.look()  # the handshake was heard
        assert protocol.look()
        assert not protocol.look()
        async with asyncio.timeout(PATIENCE_SECONDS):
            told = await reader.read()
        assert told.startswith(PING + b"\x88")
        assert told[4:6] == (1011).to_bytes(2, "big")
        assert told.count(PING) == 1
        assert not protocol.look()  # it is closing


@pytest.mark.parametrize("answer", [PONG, b""], ids=["a pong", "a message"])
async def test_whatever_a_peer_says_is_a_sign_of_life(answer: bytes) -> None:
    async with connected() as ends:
        for _ in range(3):
            assert ends.protocol.look()  # somebody has spoken
            assert ends.protocol.look()
            assert await ends.read(2) == PING
            await ends.say(answer)
        assert ends.protocol.look()


async def test_who_speaks_is_asked_nothing() -> None:
    async with connected() as ends:
        for _ in range(5):
            await ends.say(b"")
            assert ends.protocol.look()
        assert ends.protocol.look()
        # The first thing it is sent at all.
        assert await ends.read(2) == PING
        ends.writer.write_eof()
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert not (await ends.reader.read()).startswith(PING)
