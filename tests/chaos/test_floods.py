"""One peer that sends frames without end: it is cut off, and nobody else waits for it."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing

import pytest

from .raw import Peer, frame, opened
from .stage import Stage, stage

Measured = Callable[[str, str, str], None]
PING, PONG = frame(b"", 9), frame(b"", 10)
#: A text of which only the beginning comes, and parts with nothing in them.
BEGINNING, PART = b"\x01\x80\0\0\0\0", b"\0\x80\0\0\0\0"
CLOCK_REQUEST = frame(b'{"type":"clock","sent":1}')
#: What is sent first, and what then again and again.
FLOODS = {
    "pings": (b"", PING),
    "pongs": (b"", PONG),
    "empty parts": (BEGINNING, PART),
    "clock requests": (b"", CLOCK_REQUEST),
}
TOGETHER = 40_000
#: So often as much, if it is let: 10 MB or more.
TIMES = 40
#: One after the other.
PEERS = 10
WAIT_SECONDS = 0.5
#: A witness asks no more often: it would be cut off itself.
ASK_SECONDS = 0.1


@pytest.fixture(scope="module")
def on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("floods")) as on:
        yield on


def is_cut_off(url: str, first: bytes, then: bytes) -> bool:
    """Send a flood; tell whether it ended before its time."""
    with closing(opened(url, "flooded", query="invite=1")) as peer:
        try:
            peer.sendall(first)
            for _ in range(TIMES):
                peer.sendall(then * TOGETHER)
        except ConnectionError:
            return True
    return False


def are_cut_off(url: str, first: bytes, then: bytes) -> bool:
    return all(is_cut_off(url, first, then) for _ in range(PEERS))


def longest_wait(witness: Peer, flood: "Future[bool]") -> float:
    """Ask for the time again and again during a flood; return how long an answer took, in s."""
    longest, number = 0.0, 0
    ended = False
    while not ended:
        ended = flood.done()
        number += 1
        asked = time.monotonic()
        witness.until_clock(number)
        longest = max(longest, time.monotonic() - asked)
        wait([flood], ASK_SECONDS)
    return longest


@pytest.mark.parametrize("kind", FLOODS)
def test_a_flood_keeps_nobody_waiting(on: Stage, measured: Measured, kind: str) -> None:
    with closing(Peer(on.url, "dry")) as witness, ThreadPoolExecutor(1) as pool:
        witness.until_clock(0)
        flood = pool.submit(are_cut_off, on.url, *FLOODS[kind])
        longest = longest_wait(witness, flood)
        assert flood.result()
        assert longest < WAIT_SECONDS
        measured(
            f"floods of {kind}, of {PEERS} peers",
            f"cut off; nobody waits for {WAIT_SECONDS} s",
            f"cut off; the longest answer took {longest * 1000:.0f} ms",
        )
    assert "Traceback" not in on.server.log
