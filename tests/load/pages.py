"""Page views: requests on a few connections that stay open."""

import asyncio
import re
from typing import cast

from .servers import Server

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)\r\n")


class PageFailed(Exception):
    """A request was answered with anything but 200."""


class _Connection(asyncio.Protocol):
    """Asks for the page again and again, as long as there are requests left."""

    def __init__(self, pages: "Pages") -> None:
        self.pages = pages
        self.missing = 0
        self.head = b""
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but name
        self.ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(PageFailed("the connection was closed"))

    def ask(self) -> None:
        if self.pages.left == 0:
            self.ended.set_result(None)
            self.transport.close()
            return
        self.pages.left -= 1
        self.transport.write(self.pages.request)

    def data_received(self, data: bytes) -> None:
        if not self.missing:
            self.head += data
            head, separator, body = self.head.partition(b"\r\n\r\n")
            if not separator:
                return
            length = _LENGTH.search(head + b"\r\n")
            if not head.startswith(b"HTTP/1.1 200") or length is None:
                self.ended.set_exception(PageFailed(head.decode("latin-1")))
                self.transport.close()
                return
            self.head, self.missing, data = b"", int(length[1]), body
        self.missing -= len(data)
        if self.missing == 0:
            self.ask()


class Pages:
    """The page of one server."""

    def __init__(self, server: Server, port: int) -> None:
        self.port = port
        self.request = f"GET / HTTP/1.1\r\n{server.headers}\r\n".encode()
        self.left = 0

    async def get(self, count: int, connections: int) -> None:
        """Get the page so many times."""
        self.left = count
        loop = asyncio.get_running_loop()
        opened = [
            (await loop.create_connection(lambda: _Connection(self), "127.0.0.1", self.port))[1]
            for _ in range(connections)
        ]
        await asyncio.gather(*(connection.ended for connection in opened))
