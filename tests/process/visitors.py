"""The language of the socket tests: a visitor joins, asks, expects.

A reply is the barrier; nothing sleeps. To expect silence, a visitor asks for the time: a server
answers a socket in order, so whatever comes before the answer was sent before it.
"""

import asyncio
import json
import re
import urllib.request
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Self

import psutil
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

#: Longer than any answer takes on a busy machine.
ANSWER_SECONDS = 10.0
Message = dict[str, Any]


def page_data(url: str, path: str = "/") -> Message:
    """Return the data block of a page."""
    with urllib.request.urlopen(url + path, timeout=ANSWER_SECONDS) as response:
        page = response.read().decode()
    block = re.search(r'<script id="jam-data" type="application/json">(.*?)</script>', page)
    assert block is not None
    data: Message = json.loads(block[1])
    return data


@dataclass
class Visitor:
    """A user's open socket."""

    socket: ClientConnection
    joined: Message
    #: What came while something else was expected, in order.
    passed_over: list[Message] = field(default_factory=list)

    @property
    def user_id(self) -> str:
        return str(self.joined["user_id"])

    @property
    def jam_id(self) -> str:
        return str(self.joined["jam_id"])

    @property
    def loop(self) -> str:
        return str(self.joined["loop"])

    @property
    def token(self) -> str:
        return str(self.joined["token"])

    async def send(self, type_: str, **fields: Any) -> None:
        await self.socket.send(json.dumps({"type": type_, **fields}))

    async def expect(self, type_: str, within: float = ANSWER_SECONDS, **fields: Any) -> Message:
        """Return the next message of a type with these fields; fail if it doesn't come."""
        async with asyncio.timeout(within):
            while True:
                message: Message = json.loads(await self.socket.recv())
                if message["type"] == type_ and fields.items() <= message.items():
                    return message
                self.passed_over.append(message)

    async def hears(self, message: Message) -> None:
        """Assert that this very message comes.

        A swap may be told twice: a process whose audit sees it before the event has come tells of
        it by itself, with a smaller number.
        """
        fields = {name: value for name, value in message.items() if name != "type"}
        assert await self.expect(message["type"], **fields) == message

    async def knows(self, played: Message) -> None:
        """Assert that a start was in the snapshot, or is told right afterwards.

        What another process knows is some milliseconds behind.
        """
        seen = {user["user_id"]: user for user in self.joined["users"]}[played["user_id"]]
        if seen["seq"] == played["seq"]:
            assert (seen["playing"], seen["bar"]) == (True, played["bar"])
        else:
            assert await self.expect("loop_played") == played

    async def expect_nothing_but(self, *types: str) -> list[Message]:
        """Assert that nothing else has been sent so far; return what came."""
        await self.send("clock", sent=-1)
        came = len(self.passed_over)
        await self.expect("clock", sent=-1)
        news = self.passed_over[came:]
        assert {message["type"] for message in news} <= set(types), news
        return news

    async def expect_close(self, within: float = ANSWER_SECONDS) -> int:
        """Return the code with which the server closes the socket."""
        async with asyncio.timeout(within):
            with suppress(ConnectionClosed):
                while True:
                    self.passed_over.append(json.loads(await self.socket.recv()))
        code = self.socket.close_code
        assert code is not None
        return code

    async def leave(self) -> int:
        """Free the seat; return the code with which the server closes the socket.

        The close is waited for: a server that sees first that the peer is gone keeps the seat for
        a moment. It is no sign that others see the seat free: that takes a commit, just begun.
        """
        await self.send("leave")
        return await self.expect_close()

    async def drop(self) -> None:
        """Lose the network: the socket is cut without a close frame."""
        self.socket.transport.abort()
        await self.socket.wait_closed()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()


async def visit(
    url: str, jam_id: str | None = None, token: str | None = None, *, invite: bool = False
) -> Visitor:
    """Open a socket to a server and return the visitor, seated."""
    socket = await open_socket(url, jam_id, token, invite=invite)
    joined = json.loads(await asyncio.wait_for(socket.recv(), ANSWER_SECONDS))
    assert joined["type"] == "joined", joined
    return Visitor(socket, joined)


async def open_socket(
    url: str, jam_id: str | None = None, token: str | None = None, *, invite: bool = False
) -> ClientConnection:
    """Open a socket as the page does."""
    if jam_id is None:
        jam_id = (await asyncio.to_thread(page_data, url))["jam_id"]
    query = "&".join([f"token={token}"] * (token is not None) + ["invite=1"] * invite)
    address = f"{url.replace('http', 'ws', 1)}/ws/jams/{jam_id}/?{query}"
    return await connect(address, origin=url, compression=None, open_timeout=ANSWER_SECONDS)  # type: ignore[arg-type]


async def come_back(url: str, visitor: Visitor) -> Visitor:
    """Connect again with the token of before, as a refreshed page does."""
    return await visit(url, visitor.jam_id, visitor.token)


def visitors_at(pid: int, visitors: Iterable[Visitor]) -> list[Visitor]:
    """Those whose sockets a worker process has."""
    connections = psutil.Process(pid).net_connections("tcp")
    established = [one for one in connections if one.status == psutil.CONN_ESTABLISHED]
    ports = {connection.raddr.port for connection in established}
    return [visitor for visitor in visitors if visitor.socket.local_address[1] in ports]


@asynccontextmanager
async def jam_of(url: str, count: int) -> AsyncIterator[list[Visitor]]:
    """A jam of so many users, each of whom has heard of all the others, to themselves."""
    visitors = [await visit(url)]
    try:
        for _ in range(count - 1):
            others = list(visitors)
            visitors.append(await visit(url, visitors[0].jam_id))
            for other in others:
                await other.expect("user_joined")
        yield visitors
    finally:
        for visitor in visitors:
            if visitor.socket.close_code is None:
                await visitor.leave()
