"""A visitor with the engine alone: no page to look at, but an ear on the master bus."""

import base64
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

import numpy as np
from playwright.sync_api import Page, Route

from tests.browser.sound.known_loops import LOOP_MS, RATE, Recording, found_position
from tests.processes import wait_until

HERE = Path(__file__).resolve().parent
# A document of the server's own without scripts. (One made up by the test would not be let at a
# socket on the loopback address.)
DOCUMENT = "/static/jams/sounds/manifest.json"
READY_MS = 30_000
IN_PHASE_MS = 3.0
# One missed buffer is one correction; an engine that goes on correcting is a fault.
STEADY_TRIES = 4
# How often the phase is measured, for a median.
ROUNDS = 5
# A busy machine may miss a buffer at any time; the engine sees that within three seconds, and puts
# it right before the next bar line.
MENDED_SECONDS = 15.0


def serve_engine_test(page: Page) -> None:
    """Give the page's origin a folder /engine-test/ with the modules of this folder."""

    def fulfil(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[1]
        route.fulfill(body=(HERE / name).read_text(), content_type="text/javascript")

    page.route("**/engine-test/*.js", fulfil)


class EnginePage(Protocol):
    """What a musician needs of a page, whoever drives the browser."""

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page, or of its promise."""

    def wait_for_function(self, expression: str, *, timeout: float, polling: float) -> Any:
        """Until a condition in the page holds; both times in ms."""


@dataclass(frozen=True, slots=True)
class Engine:
    """One user's engine in a page. Verbs go through its interface, as the product's page's do."""

    page: EnginePage

    def wait(self, condition: str, timeout_ms: float = READY_MS) -> None:
        """Until a condition in the page holds."""
        self.page.wait_for_function(condition, timeout=timeout_ms, polling=20)

    def ask(self, expression: str) -> Any:
        """The value of an expression in the page."""
        return self.page.evaluate(expression)

    @property
    def user_id(self) -> str:
        """Given by the server."""
        return str(self.ask("session.state.me"))

    @property
    def loop(self) -> str:
        """The loop of one's seat."""
        return str(self.user()["loop"])

    @property
    def kit(self) -> str:
        """The jam's kit."""
        return str(self.ask("session.state.jam.kit"))

    def user(self, user_id: str | None = None) -> dict[str, Any]:
        """A user, oneself if none is named, as this client knows them."""
        users = self.ask("session.state.users")
        wanted = user_id or self.user_id
        return next(user for user in users if user["userId"] == wanted)

    def await_phase(self, phase: str, user_id: str | None = None) -> None:
        """Until a user, oneself if none is named, is in a phase, by the server's word."""
        wanted = user_id or self.user_id
        self.wait(
            "(() => { const user = session.state.users.find(u => u.userId === "
            f"'{wanted}'); return user && phaseOf(user, session.nowBar()) === '{phase}'; }})()"
        )

    def phase(self) -> str:
        """One's own phase as the page shows it."""
        return str(
            self.ask(
                "phaseOf(session.state.users.find(u => u.userId === session.state.me),"
                " session.nowBar())"
            )
        )

    def play(self, *, early: bool = True) -> int:
        """Start one's loop, or call off its stop; the bar the server stamped."""
        return self._toggle(playing=True, early=early)

    def stop(self, *, early: bool = True) -> int:
        """Stop one's loop, or call off its start; the bar the server stamped."""
        return self._toggle(playing=False, early=early)

    def await_early_bar(self) -> None:
        """Until a bar has just begun, so that the machine's load doesn't decide which is next."""
        self.wait("session.serverNow() % data.bar_ms < 500")

    def _toggle(self, *, playing: bool, early: bool) -> int:
        seq = self.user()["seq"]
        if early:
            self.await_early_bar()
        self.ask("session.toggle()")
        self.wait(f"session.state.users.some(u => u.userId === '{self.user_id}' && u.seq > {seq})")
        user = self.user()
        assert user["playing"] is playing
        return int(user["bar"])

    def record(self, frames: int) -> Recording:
        """What leaves the master bus from now on."""
        return self._recording(self.ask(f"ear.record({frames})"))

    def record_steady(self, frames: int) -> Recording:
        """The same while the engine corrects nothing: what it says of the phase holds throughout.

        A correction is known up to a second before it is heard, so that second comes first.
        """
        for _ in range(STEADY_TRIES):
            raw = self.ask(f"ear.record({RATE + frames})")
            recording = self._recording(raw)
            if raw["zeroBefore"] == recording.zero:
                return recording.part(recording.frame + RATE)
        raise AssertionError(f"a correction in each of {STEADY_TRIES} recordings")

    def take(self) -> Recording:
        """What `window.taken` has been promised to become."""
        return self._recording(self.ask("window.taken"))

    def skip(self, frames: int) -> None:
        """Let so many frames go by."""
        now = int(self.ask("session.audio.transport.now"))
        self.wait(f"session.audio.transport.now >= {now + frames}")

    def record_bar_line(self, bar: int, before: int = 24_000, after: int = 24_000) -> Recording:
        """What leaves the master bus around the beginning of a bar that is still to come."""
        slack = 12_000
        self.wait(f"session.audio.transport.now > ear.barFrame({bar}) - {before + slack}")
        recording = self.record(before + slack + after)
        line = self.bar_frame(bar)
        assert recording.frame < line < recording.frame + len(recording.samples)
        return recording

    def bar_frame(self, bar: int) -> int:
        """The context's first frame of a bar."""
        return int(self.ask(f"ear.barFrame({bar})"))

    @staticmethod
    def _recording(raw: dict[str, Any]) -> Recording:
        samples = np.frombuffer(base64.b64decode(raw["samples"]), dtype=np.float32)
        return Recording(int(raw["frame"]), samples.astype(np.float64), int(raw["zero"]))

    def begin_phase(self) -> None:
        """Begin to measure the phase; `phase_ms` ends it. So several pages measure at once."""
        self.ask(
            "void (window.measured = Promise.all([ear.record(48000), ear.frameZeroHeardMs()]))"
        )

    def phase_ms(self, loops: list[str]) -> float:
        """How far what is heard is ahead of the shared timeline, by the loops found in it.

        The engine's own idea of time is not asked: the position comes from correlation, the time
        from the browser's timestamps and the machine's clock, which is the server's too.
        """
        raw, frame_zero_ms = self.ask("window.measured")
        recording = self._recording(raw)
        position_ms = found_position(recording, self.kit, loops) * 1000 / RATE
        heard_ms = float(frame_zero_ms) + recording.frame * 1000 / RATE
        return (position_ms - heard_ms + LOOP_MS / 2) % LOOP_MS - LOOP_MS / 2

    def measure_phase_ms(self, loops: list[str]) -> float:
        """Both in one."""
        self.begin_phase()
        return self.phase_ms(loops)


@dataclass(frozen=True, slots=True)
class Musician(Engine):
    """One user, in a page of Playwright's."""

    page: Page

    @classmethod
    def enter(cls, new_page: Callable[..., Page], jam_id: str, **line: float) -> "Musician":
        """Take a seat in a jam; no sound yet. ``line``: rtt and jitter in ms, see start.js."""
        return cls.sit_down(new_page(bypass_csp=True), jam_id, **line)

    @classmethod
    def sit_down(cls, page: Page, jam_id: str, **line: float) -> "Musician":
        """The same on a page that is open already."""
        query = urlencode({"jam": jam_id, **line})
        serve_engine_test(page)
        page.goto(f"{DOCUMENT}?{query}")
        return cls(page).start()

    def start(self) -> "Musician":
        """Load the engine into the page; also after a refresh."""
        page = self.page
        page.add_script_tag(url="/engine-test/start.js", type="module")
        page.wait_for_function("window.session?.state.me", timeout=READY_MS)
        return self

    def listen(self) -> "Musician":
        """Unlock the sound and put an ear on it."""
        listen_all([self])
        return self

    def begin_listening(self) -> None:
        """Unlock the sound; put an ear on it as soon as it is on."""
        self.ask("session.unlock()")
        self.wait("session.state.sound === 'on'")
        self.page.add_script_tag(url="/engine-test/ear.js")
        self.ask("void (window.attached = ear.attach())")


class Enter(Protocol):
    """Take a seat in the test's own jam."""

    def __call__(self, **line: float) -> Musician: ...


def listen_all(musicians: list[Musician]) -> None:
    """Unlock the sound of each, with an ear on it."""
    for musician in musicians:
        musician.begin_listening()
    for musician in musicians:
        musician.ask("window.attached")


def await_in_phase(musicians: list[Musician], loops: list[str]) -> None:
    """Until these loops are in phase for all of them: a missed buffer has its time to be mended."""
    wait_until(lambda: _spread_ms(musicians, loops) < IN_PHASE_MS, MENDED_SECONDS, "in phase")


def _spread_ms(musicians: list[Musician], loops: list[str]) -> float:
    """How far apart the earliest and the latest are, in the median of some rounds."""
    spreads = []
    for _ in range(ROUNDS):
        for musician in musicians:
            musician.begin_phase()
        phases = [musician.phase_ms(loops) for musician in musicians]
        spreads.append(max(phases) - min(phases))
    return statistics.median(spreads)
