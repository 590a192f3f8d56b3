"""The whole way of a visitor, in real browsers on a server of its own, and what staff see of it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from jams.loops import CAPACITY, LOOPS
from tests.browser.conftest import ACTION_MS, NewPage
from tests.processes import ServerProcess, runserver

#: A closed tab keeps its seat for ten seconds: it might be a refresh.
SEAT_FREE_MS = 25_000
PASSWORD = "only for this test's own database"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server without users of other tests."""
    with runserver(tmp_path_factory.mktemp("visit"), "--noreload") as server:
        yield server


class Visitor:
    """A browser of its own at the page's door."""

    def __init__(self, browser: Browser, url: str, path: str = "/") -> None:
        self.context = browser.new_context(base_url=url)
        self.context.set_default_timeout(ACTION_MS)
        self.page: Page = self.context.new_page()
        self.page.goto(path)
        self.seats = self.page.locator("#seats > li")
        expect(self.page.locator("#seats > li[data-phase=quiet]")).not_to_have_count(0)

    @property
    def users(self) -> int:
        """How many of the seven seats somebody has."""
        return CAPACITY - self.page.locator("#seats > li[data-phase=free]").count()

    def go(self) -> None:
        """Press the one big button."""
        self.page.locator("#go").click()

    def enter(self) -> None:
        """Let the sound in."""
        self.go()
        expect(self.page.locator("#go")).to_contain_text("Play")


def test_from_the_first_visitor_to_the_staff(browser: Browser, server: ServerProcess) -> None:
    visitors = [Visitor(browser, server.url) for _ in range(CAPACITY + 1)]
    try:
        *seven, eighth = visitors
        for visitor in seven:
            expect(visitor.page.locator("#seats > li[data-phase=free]")).to_have_count(0)
        assert eighth.users == 1

        # One presses play: everybody sees it, on the bar.
        ann, bob = seven[:2]
        ann.enter()
        bob.enter()
        ann.go()
        for visitor in seven:
            expect(visitor.page.locator("#seats > li[data-phase=playing]")).to_have_count(1)
        assert eighth.page.locator("#seats > li[data-phase=playing]").count() == 0

        _staff_sees(browser, server, [CAPACITY, 1])

        # A refresh comes back to the seat, and its loop goes on meanwhile.
        ann.page.reload()
        expect(ann.page.locator("#seats > li[data-phase=playing]")).to_have_count(1)
        for visitor in seven:
            assert visitor.users == CAPACITY

        # A closed tab's seat is free soon, and the next visitor has its loop.
        seven[2].context.close()
        free = bob.page.locator("#seats > li[data-phase=free]")
        expect(free).to_have_count(1, timeout=SEAT_FREE_MS)
        ninth = Visitor(browser, server.url)
        visitors.append(ninth)
        expect(free).to_have_count(0)
        assert ninth.users == CAPACITY
    finally:
        for visitor in visitors:
            visitor.context.close()


def test_a_link_leads_to_just_this_jam(browser: Browser, server: ServerProcess) -> None:
    host = Visitor(browser, server.url, "/jams/our-evening/")
    friend = Visitor(browser, server.url, "/jams/our-evening/")
    try:
        expect(host.page.locator("#seats > li[data-phase=quiet]")).to_have_count(2)
        expect(friend.page.locator("#seats > li[data-phase=quiet]")).to_have_count(2)
    finally:
        host.context.close()
        friend.context.close()


def test_who_waits_long_for_a_seat_is_told(new_page: NewPage) -> None:
    page = new_page()
    page.clock.install()
    page.route_web_socket("**/ws/**", lambda _: None)  # opens, and nobody answers
    page.goto("/")
    expect(page.locator("#fine")).to_have_text("Finding you a seat…")
    page.locator("#go").click()
    expect(page.locator("#go")).to_contain_text("One moment…")
    page.clock.run_for(6100)
    expect(page.locator("#say")).to_contain_text("This takes longer than usual…")
    expect(page.locator("#go")).to_contain_text("Still trying…")


def _staff_sees(browser: Browser, server: ServerProcess, users_per_jam: list[int]) -> None:
    server.manage(
        "createsuperuser", "--noinput", "--username=staff", "--email=staff@example.org",
        DJANGO_SUPERUSER_PASSWORD=PASSWORD,
    )  # fmt: skip
    context = browser.new_context(base_url=server.url)
    context.set_default_timeout(ACTION_MS)
    try:
        page = context.new_page()
        page.goto("/admin/")
        page.fill("#id_username", "staff")
        page.fill("#id_password", PASSWORD)
        page.click("input[type=submit]")
        page.click("text=Live jams")
        rows = page.locator("#result_list tbody tr")
        expect(rows).to_have_count(len(users_per_jam))
        for row, users in zip(rows.all(), users_per_jam, strict=True):
            assert re.search(rf"\b{users}\b", row.inner_text()), row.inner_text()
        rows.first.locator("a").first.click()
        for loop in LOOPS:
            expect(page.locator("body")).to_contain_text(re.compile(loop, re.IGNORECASE))
    finally:
        context.close()
