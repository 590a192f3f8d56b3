"""Short cuts beside the parser: whatever a client sends has the same effect with and without."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from uvicorn import Config
from websockets.frames import Frame, Opcode

from jams.server.framing import are_whole_frames, is_lone_pong, lone_text
from jams.server.options import uvicorn_options
from jams.server.protocol import DirectWebSocketProtocol, SharedState

from .ends import HANDSHAKE
from .wire import MASK, Transport, framed, text


class Parsed(DirectWebSocketProtocol):
    """The protocol without the short cut: every byte is the parser's."""

    def _take_lone_text(self, data: bytes) -> bool:
        return False


async def effects(
    kind: type[DirectWebSocketProtocol],
    packets: Sequence[bytes | None],
    takes: Callable[[bytes], bool],
    late: Collection[int] = (),
) -> list[object]:
    """What a server does with what comes, in order: texts taken and events put into the queue.

    None among the packets stands for the moment when the server closes; what comes into the queue
    with those that are ``late`` is still there when the next one comes.
    """
    done = list[object]()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        accepted.set()
        await asyncio.Event().wait()

    def take(message: bytes) -> bool:
        took = takes(message)
        if took:
            done.append(message)
        return took

    accepted, transport, state = asyncio.Event(), Transport(), SharedState()
    options = uvicorn_options() | {"app": application, "lifespan": "off", "log_level": "critical"}
    config = Config(**options)
    config.load()
    protocol = kind(config, state, {})
    protocol.connection_made(transport)
    protocol.data_received(HANDSHAKE)
    await accepted.wait()
    protocol.take_text = take
    for number, packet in enumerate(packets):
        if transport.closed:
            break
        if packet is None:
            await protocol.send({"type": "websocket.close", "code": 1000, "reason": None})
        else:
            protocol.data_received(packet)
        # As the application would, at its next turn, unless that comes too late.
        while number not in late and not protocol.queue.empty():
            done.append(protocol.queue.get_nowait())
            protocol.read_paused = False
    while not protocol.queue.empty():
        done.append(protocol.queue.get_nowait())
    done.append(bytes(transport.got).partition(b"\r\n\r\n")[2])
    done.append(transport.closed)
    for task in state.tasks:
        task.cancel()
    await asyncio.gather(*state.tasks, return_exceptions=True)
    protocol.connection_lost(None)
    return done


payloads = st.one_of(st.binary(max_size=6), st.binary(min_size=120, max_size=130))
frames = st.one_of(
    st.binary(max_size=20).map(text),
    st.just(framed(0x8A, b"")),
    payloads.map(text),
    # Any opcode, FIN or not, and seldom what is forbidden: reserved bits, or no mask.
    st.builds(framed, st.sampled_from([0x81, 0x01, 0x80, 0x00, 0x82, 0x89, 0x8A]), payloads),
    st.builds(framed, st.integers(0, 255), payloads, st.sampled_from([MASK, None])),
)


@st.composite
def streams(draw: st.DrawFn) -> list[bytes | None]:
    """What a client sends, in the packets in which it arrives: most with whole frames."""
    sent = draw(st.lists(frames, max_size=8))
    if draw(st.booleans()):
        return [*sent[:4], draw(st.sampled_from([None, text(b"")])), *sent[4:]]
    whole = b"".join(sent)
    cuts = sorted(draw(st.sets(st.integers(0, len(whole)), max_size=6)) | {0, len(whole)})
    return [whole[start:end] for start, end in pairwise(cuts)]


@settings(max_examples=300)
@given(streams(), st.sets(st.integers(0, 6)), st.sets(st.integers(0, 8)))
@example([text(b"a")[:2], text(b"a")[2:], text(b"b")], set(), set())
@example([text(b"a") + text(b"b"), text(b"c")], set(), set())
@example([framed(0x01, b"a"), framed(0x89, b""), framed(0x80, b"b"), text(b"c")], set(), set())
@example([framed(0x01, b"a"), text(b"b")], set(), set())
@example([framed(0x88, b"\x03\xe8"), text(b"b")], set(), set())
@example([text(b"\xff"), text(b"")], {0, 1}, set())
@example([text(b"a"), text(b"bc")], {1}, {0})
@example([None, text(b"a")], set(), set())
@example([framed(0x01, b"a"), framed(0x8A, b""), framed(0x80, b"b")], set(), set())
def test_the_short_cut_changes_nothing(
    packets: list[bytes | None], left: set[int], late: set[int]
) -> None:
    """Messages whose size is in ``left`` aren't taken, and come by the queue."""

    async def compare() -> None:
        async def of(kind: type[DirectWebSocketProtocol]) -> list[object]:
            return await effects(kind, packets, lambda message: len(message) not in left, late)

        assert await of(DirectWebSocketProtocol) == await of(Parsed)

    asyncio.run(compare())


@pytest.mark.parametrize("size", [0, 1, 125])
def test_a_whole_short_text_is_read(size: int) -> None:
    payload = b"x" * size
    sent = Frame(Opcode.TEXT, payload).serialize(mask=True)
    assert lone_text(sent) == payload
    assert are_whole_frames(sent)
    assert are_whole_frames(sent + sent)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        text(b"ab")[:-1],
        text(b"ab") + b"\x81",
        text(b"x" * 126),
        framed(0x82, b"ab"),
        framed(0x01, b"ab"),
        framed(0xC1, b"ab"),
        framed(0x81, b"abcdef", mask=None),
    ],
)
def test_nothing_else_is(data: bytes) -> None:
    assert lone_text(data) is None
    assert not is_lone_pong(data)


def test_only_an_empty_pong_by_itself_needs_no_parser() -> None:
    pong = Frame(Opcode.PONG, b"").serialize(mask=True)
    assert is_lone_pong(pong)
    assert not is_lone_pong(pong[:-1])
    assert not is_lone_pong(pong + pong)
    assert not is_lone_pong(framed(0x89, b""))
    assert not is_lone_pong(framed(0x8A, b"x"))
    assert not is_lone_pong(framed(0x8A, b"abcd", mask=None))


@pytest.mark.parametrize(
    "data",
    [
        text(b"ab")[:-1],
        text(b"ab") + b"\x81",
        text(b"ab") + framed(0x01, b"ab"),
        framed(0x80, b"ab"),
        text(b"x" * 126),
        text(b"x" * 1000)[: 6 + 126],
        text(b"more than is looked through") * 1000,
    ],
)
def test_parts_are_no_whole_frames(data: bytes) -> None:
    assert not are_whole_frames(data)


@pytest.mark.parametrize(
    ("before", "by"),
    [
        ([], "the short cut"),
        ([text(b"before")], "the short cut"),
        ([text(b"before") * 3], "the short cut"),
        ([framed(0x8A, b"")], "the short cut"),
        ([framed(0x82, b"bytes")], "the short cut"),
        ([text(b"before")[:3], text(b"before")[3:]], "the parser"),
        ([framed(0x01, b"be"), framed(0x80, b"fore")], "the parser"),
    ],
)
def test_who_sends_whole_messages_is_read_without_the_parser(before: list[bytes], by: str) -> None:
    without_parser = list[bytes]()

    class Noting(DirectWebSocketProtocol):
        def _take_lone_text(self, data: bytes) -> bool:
            took = super()._take_lone_text(data)
            if took:
                without_parser.append(data)
            return took

    done = asyncio.run(effects(Noting, [*before, text(b"after")], lambda _: True))
    assert b"after" in done
    assert by == ("the short cut" if text(b"after") in without_parser else "the parser")
