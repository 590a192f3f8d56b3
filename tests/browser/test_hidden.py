"""A tab out of sight plays on: what leaves its master bus while another tab is in front of it.

Chromium treats such a tab differently: no frames, slow timers once it is silent, a lower priority.
It is driven without Playwright, whose browser does nothing of that; see sound/devtools.py.
"""

import base64
import json
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.browser.chromium import find_chromium
from tests.browser.sound.devtools import Tab, chromium
from tests.browser.sound.known_loops import EXACT, FADE_FRAMES, RATE, analyse, difference
from tests.browser.sound.musician import (
    DOCUMENT,
    HERE,
    IN_PHASE_MS,
    MENDED_SECONDS,
    ROUNDS,
    Engine,
)
from tests.processes import ServerProcess, wait_until

ANSWER_SECONDS = 10.0
CLOCK_READINGS = 20
BUFFERS_SECONDS = 0.5
# A tab counts as audible for two seconds after its last sound; from then on its timers are slow.
INAUDIBLE_FRAMES = 3 * RATE


@dataclass(frozen=True, slots=True)
class HiddenUser(Engine):
    """A user whose tab a test can hide behind another one."""

    page: Tab
    cover: Tab

    def hide(self) -> None:
        """Put the other tab in front."""
        self.cover.bring_to_front()
        self.wait("document.visibilityState === 'hidden'")
        self.ask("window.framesShown = 0; requestAnimationFrame(() => framesShown += 1); 0")

    def return_to_sight(self) -> None:
        """Put the tab in front again."""
        self.page.bring_to_front()
        self.wait("document.visibilityState === 'visible'")

    def assert_hidden(self) -> None:
        """It was never shown since `hide`: a tab in sight draws a frame within 20 ms."""
        assert self.ask("[document.visibilityState, framesShown]") == ["hidden", 0]

    def timed_frame(self) -> tuple[float, int, float]:
        """The frame the context has come to, between the seconds it was asked and had answered."""
        asked = time.monotonic()
        frame = int(self.ask("session.audio.transport.now"))
        return asked, frame, time.monotonic()

    def clock_error_ms(self) -> float:
        """How far the page's idea of the time of day is ahead of this process's: the server's.

        Of several readings the quickest, wrong by half its round trip at most.
        """
        readings = []
        for _ in range(CLOCK_READINGS):
            asked = time.time()
            there = float(self.ask("performance.timeOrigin + performance.now()"))
            answered = time.time()
            readings.append((answered - asked, there - 500 * (asked + answered)))
        return min(readings)[1]


@dataclass(frozen=True, slots=True)
class Friend:
    """Another user of the jam: no page, only a socket."""

    socket: ClientConnection
    loop: str
    user_id: str

    def ask(self, verb: str) -> int:
        """Play or stop; the bar that the server stamps."""
        self.socket.send(json.dumps({"type": verb}))
        deadline = time.monotonic() + ANSWER_SECONDS
        while True:
            message = json.loads(self.socket.recv(timeout=deadline - time.monotonic()))
            if message["type"].startswith("loop_") and message["user_id"] == self.user_id:
                return int(message["bar"])


@pytest.fixture(scope="module")
def jam_id() -> str:
    """Of a jam of this module's own."""
    return f"hidden-{uuid4().hex[:12]}"


@pytest.fixture(scope="module")
def otter(live_server_process: ServerProcess, jam_id: str) -> Iterator[HiddenUser]:
    """A user who listens to a quiet jam, with another tab open."""
    executable = find_chromium()
    if executable is None:
        pytest.skip("no Chromium or Chrome was found (CHROMIUM can name one)")
    with chromium(executable) as devtools:
        tab = devtools.open_tab(f"{live_server_process.url}{DOCUMENT}?jam={jam_id}")
        tab.evaluate(f"(async () => {{ {(HERE / 'start.js').read_text()} }})()")
        tab.evaluate((HERE / "ear.js").read_text())
        tab.wait_for_function("session.state.me")
        tab.evaluate("session.unlock()")
        tab.wait_for_function("session.state.sound === 'on' && session.state.loading.done === 7")
        tap = base64.b64encode((HERE / "tap.js").read_bytes()).decode()
        tab.evaluate(f"ear.attach('data:text/javascript;base64,{tap}')")
        yield HiddenUser(tab, devtools.open_tab("about:blank"))


@contextmanager
def friend_in(url: str, jam_id: str) -> Iterator[Friend]:
    """Somebody who comes to the jam for a block and leaves it."""
    address = f"{url.replace('http', 'ws', 1)}/ws/jams/{jam_id}/?invite=1"
    origin: Any = url
    with connect(address, origin=origin, compression=None) as socket:
        joined = json.loads(socket.recv(timeout=ANSWER_SECONDS))
        assert (joined["type"], joined["jam_id"]) == ("joined", jam_id)
        yield Friend(socket, joined["loop"], joined["user_id"])
        socket.send(json.dumps({"type": "leave"}))


@pytest.fixture
def friend(live_server_url: str, jam_id: str, otter: HiddenUser) -> Iterator[Friend]:
    """Another user of the jam, of whom the page knows."""
    with friend_in(live_server_url, jam_id) as friend:
        otter.wait(f"session.state.users.some(user => user.userId === '{friend.user_id}')")
        yield friend


@pytest.fixture
def playing(otter: HiddenUser) -> HiddenUser:
    """The user in sight, their loop sounding."""
    otter.return_to_sight()
    if otter.phase() == "quiet":
        bar = otter.play()
        otter.wait(f"session.audio.transport.now > ear.barFrame({bar})")
    return otter


@pytest.fixture
def quiet(otter: HiddenUser) -> HiddenUser:
    """The user in sight, their loop silent."""
    otter.return_to_sight()
    if otter.phase() == "playing":
        otter.stop()
        otter.await_phase("quiet")
    return otter


def test_a_hidden_tab_plays_on_exactly(playing: HiddenUser) -> None:
    playing.hide()
    began, first, noted = playing.timed_frame()
    recording = playing.record(5 * RATE)
    asked, last, ended = playing.timed_frame()
    playing.assert_hidden()
    assert recording.peak > 0.01
    assert difference(recording, playing.kit, [playing.loop]) < EXACT
    # Whole hardware buffers at either end; when in its two answers the tab looked is not known.
    elapsed = (last - first) / RATE
    assert asked - noted - BUFFERS_SECONDS <= elapsed <= ended - began + BUFFERS_SECONDS


def test_a_start_that_a_hidden_tab_is_told_of_is_heard_on_its_bar(
    playing: HiddenUser, friend: Friend
) -> None:
    playing.hide()
    playing.await_early_bar()
    bar = friend.ask("play")
    recording = playing.record_bar_line(bar)
    playing.assert_hidden()
    line = playing.bar_frame(bar)
    both = recording.part(line)
    assert difference(recording.part(recording.frame, line), playing.kit, [playing.loop]) < EXACT
    assert difference(both, playing.kit, [playing.loop, friend.loop]) < EXACT
    assert analyse(both, playing.kit).gains[friend.loop] == pytest.approx(1, abs=0.01)


def test_a_tab_is_in_phase_while_it_is_hidden_and_when_it_returns(playing: HiddenUser) -> None:
    playing.hide()
    wait_until(lambda: abs(phase_ms(playing)) < IN_PHASE_MS, MENDED_SECONDS, "in phase, hidden")
    playing.assert_hidden()
    playing.return_to_sight()
    wait_until(lambda: abs(phase_ms(playing)) < IN_PHASE_MS, MENDED_SECONDS, "in phase, back")


def test_a_hidden_tab_that_has_been_silent_hears_starts_and_stops_on_their_bars(
    quiet: HiddenUser, friend: Friend
) -> None:
    quiet.hide()
    assert quiet.record(INAUDIBLE_FRAMES).peak == 0
    quiet.await_early_bar()
    bar = friend.ask("play")
    start = quiet.record_bar_line(bar)
    quiet.await_early_bar()
    end_bar = friend.ask("stop")
    end = quiet.record_bar_line(end_bar)
    quiet.assert_hidden()
    line, end_line = quiet.bar_frame(bar), quiet.bar_frame(end_bar)
    assert start.part(start.frame, line).peak == 0
    assert difference(start.part(line), quiet.kit, [friend.loop]) < EXACT
    assert difference(end.part(end.frame, end_line - FADE_FRAMES), quiet.kit, [friend.loop]) < EXACT
    assert end.part(end_line).peak == 0


def phase_ms(user: HiddenUser) -> float:
    """How far what is heard is ahead of the server's timeline, in the median of some rounds."""
    return statistics.median(
        user.measure_phase_ms([user.loop]) + user.clock_error_ms() for _ in range(ROUNDS)
    )
