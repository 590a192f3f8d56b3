"""Both ends of a socket in one process: production's protocol under the eyes of the test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from socket import AF_INET, SOCK_STREAM, socket
from typing import Any, NamedTuple

import pytest
from uvicorn import Config

from jams.server.framing import is_lone_pong
from jams.server.keepalive import Keepalive
from jams.server.options import uvicorn_options
from jams.server.protocol import DirectWebSocketProtocol
from jams.server.worker import DrainingServer

PATIENCE_SECONDS = 10.0
HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


class Ends(NamedTuple):
    """Both ends of a socket: the server's protocol, and the peer; and what the server heard."""

    protocol: DirectWebSocketProtocol
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    heard: "asyncio.Queue[str]"

    async def say(self, frame: bytes, heard: str) -> None:
        """Send a frame, and return when it has arrived."""
        self.writer.write(frame)
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await self.heard.get() == heard

    async def read(self, size: int) -> bytes:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.reader.readexactly(size)


@asynccontextmanager
async def connected(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ends]:
    """Connect to a server with the production's options, at which nobody looks by itself."""
    heard = asyncio.Queue[str]()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        assert (await receive())["type"] == "websocket.connect"
        await send({"type": "websocket.accept"})
        while (event := await receive())["type"] == "websocket.receive":
            heard.put_nowait(event.get("text") or "bytes")

    def noting_pongs(data: bytes) -> bool:
        if is_pong := is_lone_pong(data):
            heard.put_nowait("a pong")
        return is_pong

    # It is for the life of a process, and this one is the tests'.
    monkeypatch.setattr("jams.server.worker.spare_garbage_collections", lambda: None)
    monkeypatch.setattr("jams.server.protocol.is_lone_pong", noting_pongs)
    options = uvicorn_options() | {"app": application, "lifespan": "off"}
    server = DrainingServer(Config(**options))
    server.server_state.keepalive = watched = Keepalive(3600.0)
    with socket(AF_INET, SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        async with asyncio.TaskGroup() as serving:
            serving.create_task(server.serve([listener]))
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            try:
                writer.write(HANDSHAKE)
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await reader.readuntil(b"\r\n\r\n")
                (protocol,) = server._sockets()
                assert [connection() for _, connection in watched._due] == [protocol]
                yield Ends(protocol, reader, writer, heard)
            finally:
                writer.close()
                with suppress(OSError):  # the other end may have closed it
                    await writer.wait_closed()
                server.should_exit = True
    assert not protocol.look()
