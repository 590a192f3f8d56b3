"""Redis connections that the network has ended while they were idle, on production's loop."""

import asyncio
import errno
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import unquote

import uvloop
from redis.asyncio import Redis

from .nodes import until

#: Closes at once, and tells the other side that the connection is no more.
RESET = struct.pack("ii", 1, 0)


class Line:
    """A TCP line to the Redis on a Unix socket, which may be torn."""

    def __init__(self, url: str) -> None:
        self._path = unquote(url.removeprefix("unix://"))
        self._near: list[asyncio.StreamWriter] = []
        self._pumps: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[int]:
        """The port, for a block."""
        async with await asyncio.start_server(self._accept, "127.0.0.1", 0) as server:
            yield server.sockets[0].getsockname()[1]
            for pump in self._pumps:
                pump.cancel()

    def tear(self) -> None:
        """Reset every connection."""
        for writer in self._near:
            near: socket.socket = writer.get_extra_info("socket")
            near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()
        self._near.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(self._path)
        self._near.append(writer)
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            pump = asyncio.create_task(_pump(source, sink))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65536):
            sink.write(data)
    except OSError:
        pass
    finally:
        sink.close()


def test_a_connection_that_was_reset_while_idle_is_opened_anew(redis_url: str) -> None:
    async def run() -> None:
        line = Line(redis_url)
        async with line.open() as port, Redis(port=port) as redis:
            await redis.set("key", "before")
            idle = await redis.connection_pool.get_connection()  # type: ignore[no-untyped-call]
            await redis.connection_pool.release(idle)
            line.tear()
            await until(idle._writer.is_closing)
            assert await redis.get("key") == b"before"

    uvloop.run(run())


def test_a_subscriber_whose_line_timed_out_subscribes_anew(redis_url: str) -> None:
    async def run() -> None:
        async with Redis.from_url(redis_url) as redis, redis.pubsub() as subscriber:
            await subscriber.subscribe("news")
            assert await subscriber.get_message(timeout=5)
            connection = subscriber.connection
            # What the kernel says of a peer that has answered no keepalive.
            timed_out = OSError(errno.ETIMEDOUT, "Connection timed out")
            connection._reader.set_exception(timed_out)
            connection._writer.transport.abort()
            await asyncio.sleep(0)
            message = None
            for _ in range(100):
                await redis.publish("news", "heard")
                message = await subscriber.get_message(ignore_subscribe_messages=True, timeout=0.1)
                if message is not None:
                    break
            assert message is not None
            assert message["data"] == b"heard"

    uvloop.run(run())
