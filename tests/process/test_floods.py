"""A peer that sends more than anybody should: it is cut off, and nobody waits for it."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from jams.connections import DirectConnection, Frame
from jams.server.options import frames_between_looks

from .ends import PATIENCE_SECONDS, Ends, connected
from .wire import framed, text

PING, PONG, BYTES = (framed(head, b"") for head in (0x89, 0x8A, 0x82))
PART_BEGINS, PART = framed(0x01, b""), framed(0x00, b"")
#: What is read of a socket at once holds some thousands of frames.
MANY = 5 * frames_between_looks()


def behind(ends: Ends) -> DirectConnection:
    """A connection whose peer reads nothing, with as much in its transport as it takes to know."""

    async def send(event: dict[str, Any]) -> None:
        raise AssertionError(event)

    connection = DirectConnection(send, ends.protocol)
    connection.open()
    while not connection.behind:
        connection.push(Frame(b"x" * 10_000))
    return connection


async def cut_off(ends: Ends) -> None:
    """Wait for the end of what the server sends; by an RST if it hasn't read everything."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        with suppress(ConnectionResetError):
            while await ends.reader.read(65_536):
                pass
    assert ends.protocol.transport.is_closing()


@pytest.mark.parametrize("flood", [PING * MANY, PONG * MANY, text(b"") * MANY, BYTES * MANY])
async def test_a_flood_of_frames_is_cut_off(monkeypatch: pytest.MonkeyPatch, flood: bytes) -> None:
    async with connected(monkeypatch) as ends:
        ends.writer.write(flood)
        await cut_off(ends)
        assert ends.heard.qsize() < MANY


async def test_little_is_parsed_of_what_was_read_together(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(monkeypatch) as ends:
        ends.protocol.data_received(PING * 10 * MANY)
        assert ends.protocol.transport.is_closing()
        unsent_pongs = ends.protocol.conn.data_to_send()
        assert len(unsent_pongs) < frames_between_looks()


async def test_it_is_cut_off_after_goodbye_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(monkeypatch) as ends:
        await ends.protocol.send({"type": "websocket.close", "code": 4429, "reason": None})
        ends.writer.write(text(b"more") * MANY)
        await cut_off(ends)


async def test_a_frame_more_than_allowed_and_not_one_less(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(monkeypatch) as ends:
        most = frames_between_looks()
        for _ in range(2):
            assert ends.protocol.look()
            ends.writer.write(PING * most)
            await ends.read(2 * most)  # a pong to each
        assert ends.protocol.look()
        ends.protocol.data_received(PING * most)
        assert not ends.protocol.transport.is_closing()
        ends.protocol.data_received(PING)
        assert ends.protocol.transport.is_closing()


async def test_a_message_in_parts_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(monkeypatch) as ends:
        ends.writer.write(PART_BEGINS + PART * 200)
        assert await ends.read(4) == b"\x88\x02" + (1009).to_bytes(2, "big")


async def test_a_message_may_have_many_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(monkeypatch) as ends:
        await ends.say(PART_BEGINS + framed(0x00, b"a") * 90 + framed(0x80, b"b"), "a" * 90 + "b")


async def test_a_peer_that_reads_nothing_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though no text may be taken: it isn't seated yet, or never will be."""
    async with connected(monkeypatch) as ends:
        assert ends.protocol.transport.is_reading()
        behind(ends)
        assert ends.protocol.take_text is None
        assert not ends.protocol.transport.is_reading()
        ends.protocol.transport.abort()


async def test_a_message_received_meanwhile_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with connected(monkeypatch) as ends:
        ends.protocol.data_received(text(b"late"))
        behind(ends)
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await ends.heard.get() == "late"
        assert not ends.protocol.read_paused
        assert not ends.protocol.transport.is_reading()
        ends.protocol.transport.abort()
