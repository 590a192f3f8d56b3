"""When connections are looked at, and what becomes of those whose peers say nothing."""

import asyncio
from itertools import pairwise

import pytest

from jams.server import keepalive
from jams.server.keepalive import Keepalive

from .ends import PATIENCE_SECONDS, connected

PING = b"\x89\x00"
PONG = b"\x8a\x80\0\0\0\0"
MESSAGE = b"\x81\x81\0\0\0\0x"


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
    monkeypatch.setattr(keepalive, "TICK_SECONDS", 0.5)
    beats, look = list[float](), Keepalive._look

    def counted(self: Keepalive, now: float, most: int) -> None:
        beats.append(now)
        look(self, now, most)

    monkeypatch.setattr(Keepalive, "_look", counted)
    looks, crowd = Keepalive(0.1), [Quiet(2) for _ in range(50)]
    for connection in crowd:
        looks.watch(connection)
        await asyncio.sleep(0.002)
    await over(*crowd)
    # At first only those whose time had come, a beat later all the others, and once more so.
    assert len(beats) < 10


async def test_who_is_gone_is_forgotten_and_does_not_stop_the_others() -> None:
    looks = Keepalive(0.02)
    gone, there = Quiet(3), Quiet(3)
    seen = gone.seen
    looks.watch(gone)
    looks.watch(there)
    del gone
    await over(there)
    assert not seen


async def test_one_that_fails_keeps_none_of_the_others_waiting(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken(Quiet):
        def look(self) -> bool:
            super().look()
            raise RuntimeError("broken")

    looks = Keepalive(0.02)
    broken, there = Broken(2), Quiet(3)
    looks.watch(broken)
    looks.watch(there)
    await over(there)
    assert len(broken.seen) == 1
    assert "can't be looked at" in caplog.text


async def test_those_who_come_all_at_once_come_apart() -> None:
    looks, crowd = Keepalive(0.2), [Quiet(3) for _ in range(4 * keepalive._FEW)]
    for connection in crowd:
        looks.watch(connection)
    await over(*crowd)
    for nth in range(3):
        times = sorted(connection.seen[nth] for connection in crowd)
        beats = 1 + sum(later - earlier > 0.01 for earlier, later in pairwise(times))
        assert beats >= 3


async def test_it_begins_again_after_everybody_has_gone() -> None:
    looks = Keepalive(0.02)
    for _ in range(2):
        connection = Quiet(2)
        looks.watch(connection)
        await over(connection)
        assert len(connection.seen) == 2


async def test_a_peer_that_answers_nothing_is_sent_one_ping_and_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with connected(monkeypatch) as (protocol, reader, _, _):
        assert protocol.look()  # the handshake was heard
        assert protocol.look()
        assert not protocol.look()
        async with asyncio.timeout(PATIENCE_SECONDS):
            told = await reader.read()
        assert told.startswith(PING + b"\x88")
        assert told[4:6] == (1011).to_bytes(2, "big")
        assert told.count(PING) == 1
        assert not protocol.look()  # it is closing


async def test_a_connection_that_is_closing_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(monkeypatch) as ends:
        assert ends.protocol.look()
        ends.protocol.transport.close()
        assert not ends.protocol.look()
        assert await ends.reader.read() == b""


@pytest.mark.parametrize(("answer", "heard"), [(PONG, "a pong"), (MESSAGE, "x")])
async def test_whatever_a_peer_says_is_a_sign_of_life(
    monkeypatch: pytest.MonkeyPatch, answer: bytes, heard: str
) -> None:
    async with connected(monkeypatch) as ends:
        for _ in range(3):
            assert ends.protocol.look()  # something has come
            assert ends.protocol.look()
            assert await ends.read(2) == PING
            await ends.say(answer, heard)
        assert ends.protocol.look()


async def test_who_speaks_is_asked_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(monkeypatch) as ends:
        for _ in range(5):
            await ends.say(MESSAGE, "x")
            assert ends.protocol.look()
        assert ends.protocol.look()
        # The first thing it is sent at all.
        assert await ends.read(2) == PING
        ends.writer.write_eof()
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert not (await ends.reader.read()).startswith(PING)
