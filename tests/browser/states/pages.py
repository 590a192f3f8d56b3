"""Opening the page in a state, and judging it."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page

HERE = Path(__file__).resolve().parent
AXE = HERE.parents[1] / "js" / "node_modules" / "axe-core" / "axe.min.js"
AUDIT = (HERE / "audit.js").read_text().split("\n", 1)[1].strip().rstrip(";")
PHONE, DESKTOP = (390, 844), (1440, 900)

OpenState = Callable[..., Page]


def opener(browser: Browser, url: str, faults: list[str]) -> OpenState:
    """Return a function that opens the page in a state and notes every fault it reports."""

    def open_state(
        state: str, window: tuple[int, int] = PHONE, query: str = "", **options: object
    ) -> Page:
        width, height = window
        context = browser.new_context(
            viewport={"width": width, "height": height},
            **options,  # type: ignore[arg-type]
        )
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{state}: {error}"))
        page.on(
            "console",
            lambda said: faults.append(f"{state}: {said.text}") if said.type == "error" else None,
        )
        show(page, url, state, query)
        return page

    return open_state


def show(page: Page, url: str, state: str, query: str = "") -> None:
    """Load a state into a page; returns when the modules have taken the page over."""
    page.goto(f"{url}?state={state}{query}")
    page.wait_for_selector("#seats [data-part]")


def violations(page: Page) -> list[str]:
    """Return what axe finds, a line for each rule and place."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found: list[str] = page.evaluate(
        """async () => (await axe.run()).violations.flatMap(({id, nodes}) =>
             nodes.map(({target, failureSummary}) => `${id} ${target}: ${failureSummary}`))"""
    )
    return found
