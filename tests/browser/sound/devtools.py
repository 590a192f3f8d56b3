"""Chromium over its own DevTools protocol, with nothing in between.

Playwright's Chromium is told never to slow down what is out of sight, and believes itself always
looked at. Here a tab is hidden by another one in front of it, as a visitor's is.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.browser.chromium import launch_flags
from tests.processes import POLL_SECONDS, wait_until

START_SECONDS = 30.0
STOP_SECONDS = 10.0
# Longer than any recording that a test asks for.
ANSWER_SECONDS = 30.0
# Chromium writes its port and the path of its socket here, once it listens.
PORT_FILE = "DevToolsActivePort"


class DevTools:
    """The browser's socket: commands and their results. Events are not listened to."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._commands = 0

    def call(self, method: str, session_id: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Give a command, to one tab or to the browser itself; its result."""
        self._commands += 1
        command = {"id": self._commands, "method": method, "params": parameters}
        if session_id is not None:
            command["sessionId"] = session_id
        self._socket.send(json.dumps(command))
        deadline = time.monotonic() + ANSWER_SECONDS
        while True:
            answer = json.loads(self._socket.recv(timeout=deadline - time.monotonic()))
            if answer.get("id") != self._commands:
                continue
            if "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']['message']}")
            result: dict[str, Any] = answer["result"]
            return result

    def open_tab(self, url: str) -> "Tab":
        """A new tab in front of all others, with its document loaded."""
        target_id = str(self.call("Target.createTarget", url="about:blank")["targetId"])
        attached = self.call("Target.attachToTarget", targetId=target_id, flatten=True)
        tab = Tab(self, target_id, str(attached["sessionId"]))
        # What the test adds to the document is not what its policy is for.
        tab.command("Page.setBypassCSP", enabled=True)
        tab.command("Page.navigate", url=url)
        tab.wait_for_function(f"location.href === {url!r} && document.readyState === 'complete'")
        return tab


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab, with as much of the face of Playwright's page as a musician needs."""

    devtools: DevTools
    target_id: str
    session_id: str

    def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        """A DevTools command to this tab."""
        return self.devtools.call(method, self.session_id, **parameters)

    def bring_to_front(self) -> None:
        """Show this tab; the one that was in front is hidden by it."""
        self.devtools.call("Target.activateTarget", targetId=self.target_id)

    def evaluate(self, expression: str) -> Any:
        """The value of an expression or promise in the document, with the rights of a gesture."""
        answer = self.command(
            "Runtime.evaluate",
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def wait_for_function(
        self, expression: str, *, timeout: float = 1000 * ANSWER_SECONDS, **_: object
    ) -> None:
        """Until a condition holds. It is asked from here: the tab's own timers may be slow."""
        deadline = time.monotonic() + timeout / 1000
        while not self.evaluate(f"Boolean({expression})"):
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {timeout} ms: {expression}")
            time.sleep(POLL_SECONDS)


@contextmanager
def chromium(executable: str) -> Iterator[DevTools]:
    """A headless Chromium of one's own: its profile goes with it."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        command = [executable, "--headless", *launch_flags(), f"--user-data-dir={folder}"]
        process = subprocess.Popen(
            [*command, "--remote-debugging-port=0", "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            # The answers carry recordings.
            with connect(_address(Path(folder)), max_size=None, compression=None) as socket:
                yield DevTools(socket)
        finally:
            _stop(process)


def _address(folder: Path) -> str:
    """Where a Chromium with this profile listens, as soon as it does."""
    written: list[str] = []

    def is_written() -> bool:
        try:
            written[:] = (folder / PORT_FILE).read_text().split()
        except FileNotFoundError:
            return False
        return len(written) == 2

    wait_until(is_written, START_SECONDS, "a port of Chromium's")
    port, path = written
    return f"ws://127.0.0.1:{port}{path}"


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a Chromium, and what it started: a process group of its own."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
