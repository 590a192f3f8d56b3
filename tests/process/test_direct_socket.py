"""What a transport does with bytes that nobody reads, and what the connection makes of it."""

import asyncio
import socket
from typing import Any

import pytest

from jams.connections import OUTBOX_BYTES, DirectConnection, Frame

from .ends import PATIENCE_SECONDS, Ends, connected

FRAME = Frame(b"x" * 1000)
CLOSE = b"\x88\x80\0\0\0\0"
BROKEN = b"\x83\x80\0\0\0\0"
#: What the kernel keeps of what nobody reads, at both ends, is less than this.
KERNEL_BYTES = 32 * 1024 * 1024


def sending(ends: Ends) -> DirectConnection:
    async def send(event: dict[str, Any]) -> None:
        raise AssertionError(event)

    connection = DirectConnection(send, ends.protocol)
    connection.open()
    # Less in the kernel: the sooner the transport is full.
    peer: socket.socket = ends.protocol.transport.get_extra_info("socket")
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    return connection


async def fill(connection: DirectConnection) -> int:
    """Send until it is behind; return how much."""
    sent = 0
    while not connection.behind:
        assert sent < KERNEL_BYTES
        connection.push(FRAME)
        sent += len(FRAME.wire)
    return sent


async def test_a_peer_that_reads_again_is_not_behind_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with connected(monkeypatch) as ends:
        connection = sending(ends)
        sent = await fill(connection)
        await ends.read(sent)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await ends.protocol.writable.wait()
        assert not connection.behind
        connection.push(FRAME)
        assert await ends.read(len(FRAME.wire)) == FRAME.wire


async def test_a_peer_that_reads_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(monkeypatch) as ends:
        connection = sending(ends)
        before, after = await fill(connection), 0
        while not connection.closed:
            assert after <= OUTBOX_BYTES + len(FRAME.wire)
            connection.push(FRAME)
            after += len(FRAME.wire)
        assert ends.protocol.transport.is_closing()
        connection.push(FRAME)
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert len(await ends.reader.read()) < before + after


@pytest.mark.parametrize("way", ["says so", "is cut off"])
async def test_a_peer_that_is_gone_is_sent_nothing(
    monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    async with connected(monkeypatch) as ends:
        connection = sending(ends)
        if way == "says so":
            ends.writer.close()
        else:
            ends.protocol.transport.abort()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while ends.protocol.connection:  # noqa: ASYNC110 (the protocol has no event for it)
                await asyncio.sleep(0)
        assert connection.closed
        connection.push(FRAME)


async def test_a_peer_that_answers_no_ping_is_sent_nothing_after_the_close(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with connected(monkeypatch) as ends:
        connection = sending(ends)
        while ends.protocol.look():
            assert not connection.closed
        assert connection.closed


async def test_a_peer_that_is_behind_may_not_be_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(monkeypatch) as ends:
        connection = sending(ends)
        await fill(connection)
        # Nothing is read of it, so its answer to a ping would not be.
        for _ in range(4):
            assert ends.protocol.look()
        assert not connection.closed


@pytest.mark.parametrize("ending", ["a close frame", "a broken frame", "the end of the line"])
async def test_nothing_follows_a_close_that_waits(
    monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    async with connected(monkeypatch) as ends:
        connection = sending(ends)
        await fill(connection)
        match ending:
            case "a close frame":
                ends.protocol.data_received(CLOSE)
            case "a broken frame":
                ends.protocol.data_received(BROKEN)
            case _:
                ends.protocol.eof_received()
                ends.protocol.transport.close()
        waiting = ends.protocol.transport.get_write_buffer_size()
        assert waiting
        connection.push(FRAME)
        assert ends.protocol.transport.get_write_buffer_size() == waiting
        ends.protocol.shutdown()  # as the server's end does, whatever the connection is at
        assert ends.protocol.transport.get_write_buffer_size() == waiting
        ends.protocol.transport.abort()
