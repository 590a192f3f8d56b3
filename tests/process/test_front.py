"""Requests that uvicorn by itself would leave without an answer, or without a bound."""

import asyncio
from contextlib import closing
from typing import Any

import pytest
from uvicorn import Config

from jams.server.front import MOST_HEAD_BYTES, FrontProtocol
from jams.server.options import uvicorn_options
from jams.server.protocol import DirectWebSocketProtocol, SharedState
from tests.chaos.raw import connected, handshake
from tests.processes import ServerProcess

from .ends import HANDSHAKE
from .wire import Transport

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


def answer_to(server: ServerProcess, request: bytes) -> bytes:
    """The answer to a request, after which the server closes: no reading ends otherwise."""
    answer = b""
    with closing(connected(server.url)) as peer:
        peer.sendall(request)
        while part := peer.recv(65_536):
            answer += part
    return answer


def handshake_with(server: ServerProcess, *, header: str = "", query: str = "") -> bytes:
    headers = (f"Origin: {server.url}", *([header] if header else []))
    return handshake(server.url, "any", *headers, query=query)


@pytest.mark.parametrize(
    "unlike",
    [
        {"query": "x" * 9_000},
        {"header": "X-Long: " + "x" * 9_000},
        {"header": "\r\n".join(f"X-{number}: x" for number in range(140))},
        {"header": "Content-Length: 3"},
    ],
)
def test_a_handshake_that_is_refused_is_answered(
    production_server: ServerProcess, unlike: dict[str, str]
) -> None:
    request = handshake_with(production_server, **unlike)
    if "Content-Length" in str(unlike):
        request += b"abc"
    assert answer_to(production_server, request).startswith(b"HTTP/1.1 400 ")


def test_a_page_and_a_socket_are_not_asked_for_at_once(production_server: ServerProcess) -> None:
    request = GET + handshake_with(production_server)
    answer = answer_to(production_server, request)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"HTTP/1.1 101 " not in answer


@pytest.mark.parametrize("endless", [b"X-A: 1\r\n", b"x"])
def test_headers_without_end_are_refused(production_server: ServerProcess, endless: bytes) -> None:
    most = MOST_HEAD_BYTES // len(endless) * endless
    with closing(connected(production_server.url)) as peer:
        peer.sendall(b"GET / HTTP/1.1\r\nX-Long: ")
        peer.sendall(most)
        assert peer.recv(12) == b"HTTP/1.1 431"


def test_a_body_may_be_longer(production_server: ServerProcess) -> None:
    size = 2 * MOST_HEAD_BYTES
    head = f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n".encode()
    with closing(connected(production_server.url)) as peer:
        peer.sendall(head)
        peer.sendall(b"x" * size)
        assert peer.recv(12) != b"HTTP/1.1 431"


def protocol_for(kind: type[Any], application: Any) -> tuple[Any, Transport, SharedState]:
    options = uvicorn_options() | {"app": application, "lifespan": "off"}
    config, state, transport = Config(**options), SharedState(), Transport()
    config.load()
    protocol = kind(config, state, {})
    protocol.connection_made(transport)
    return protocol, transport, state


async def ended(state: SharedState) -> None:
    async with asyncio.timeout(10):
        await asyncio.gather(*state.tasks)


async def test_each_request_of_a_peer_that_is_gone_is_told() -> None:
    told = list[str]()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        begun.set()
        told.append((await receive())["type"])

    begun = asyncio.Event()
    protocol, _, state = protocol_for(FrontProtocol, application)
    protocol.data_received(GET * 3)
    await begun.wait()
    protocol.connection_lost(None)
    await ended(state)
    assert told == ["http.disconnect"]


async def test_nothing_is_read_until_the_handshake_is_answered() -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await may_accept.wait()
        await send({"type": "websocket.accept"})

    may_accept = asyncio.Event()
    protocol, transport, state = protocol_for(DirectWebSocketProtocol, application)
    protocol.data_received(HANDSHAKE)
    assert transport.paused
    may_accept.set()
    await ended(state)
    assert bytes(transport.got).startswith(b"HTTP/1.1 101 ")
    assert not transport.paused
