"""A real browser for the tests of the page, with a real server or the page's states alone."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from tests.browser.chromium import find_chromium, launch_flags
from tests.browser.sound.musician import Enter, Musician
from tests.browser.states.harness import states_server
from tests.browser.states.pages import OpenState, opener
from tests.processes import ServerProcess, runserver

#: How long an action or an `expect` may take: a bound for what hangs, not a promise of the page's.
ACTION_MS = 30_000
LOG_LINES = 40
server_key = pytest.StashKey[ServerProcess]()

NewPage = Callable[..., Page]


@pytest.fixture(scope="session")
def live_server_process(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[ServerProcess]:
    """`manage.py runserver` with a Redis and a database of its own, for all browser tests."""
    folder: Path = tmp_path_factory.mktemp("server")
    with runserver(folder, "--noreload") as server:
        pytestconfig.stash[server_key] = server
        yield server
        del pytestconfig.stash[server_key]


@pytest.fixture
def live_server_url(live_server_process: ServerProcess) -> str:
    """The address of the running server, without a slash at its end."""
    return live_server_process.url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, headless. Where there is none, its tests are skipped, each saying so."""
    executable = find_chromium()
    if executable is None:
        pytest.skip("no Chromium or Chrome was found (CHROMIUM can name one)")
    expect.set_options(timeout=ACTION_MS)  # a context's default timeout isn't for these
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=launch_flags())
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: Browser, live_server_url: str) -> Iterator[NewPage]:
    """A page of a new visitor: a context of its own with relative addresses, closed at the end.

    Takes the options of Playwright's `browser.new_context`. Fails the test at its end if a page did
    what our content security policy forbids, or raised an error that nobody caught.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            complaints.append(message.text)

    def open_page(**options: Any) -> Page:
        context = browser.new_context(**{"base_url": live_server_url, **options})
        context.set_default_timeout(ACTION_MS)
        context.on("console", hear)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints


@pytest.fixture
def jam_id() -> str:
    """Of a jam of the test's own: users of the test before keep their seats for a while."""
    return f"sound-{uuid4().hex[:12]}"


@pytest.fixture
def enter(new_page: Callable[..., Page], jam_id: str) -> Enter:
    def enter_jam(**line: float) -> Musician:
        return Musician.enter(new_page, jam_id, **line)

    return enter_jam


@pytest.fixture(scope="session")
def states_url() -> Iterator[str]:
    """The address of the harness that shows the page's states."""
    with states_server() as url:
        yield url


@pytest.fixture
def open_state(browser: Browser, states_url: str) -> Iterator[OpenState]:
    """Open the page in a state; at the end no error may have been reported."""
    faults: list[str] = []
    yield opener(browser, states_url, faults)
    for context in browser.contexts:
        context.close()
    assert faults == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the end of the server's log with a failed browser test."""
    report = yield
    server = item.config.stash.get(server_key, None)
    if report.failed and server is not None:
        lines = server.log.splitlines()[-LOG_LINES:]
        report.sections.append(("The server's log", "\n".join(lines)))
    return report
