"""The page in every state: nothing broken, nothing cut, nothing that some people can't use.

The states come from tests/browser/states: the product's template and modules with a session that
stands in for the engine.
"""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import find_chromium, launch_flags
from tests.browser.states.harness import state_names
from tests.browser.states.pages import (
    AUDIT,
    AXE,
    DESKTOP,
    PHONE,
    OpenState,
    opener,
    show,
    violations,
)

#: 720 x 450 is a laptop's window at 200 %, 320 x 256 at 400 %.
WINDOWS = (
    (320, 568),
    (360, 740),
    (390, 844),
    (430, 932),
    (667, 375),
    (844, 390),
    (720, 450),
    (320, 256),
    (820, 1180),
    (1024, 768),
    (1440, 900),
    (1920, 1080),
)
#: What is left of a laptop's screen for the page.
LAPTOPS = ((1280, 620), (1280, 800), (1366, 657), (1440, 789), (1920, 1080))
#: Twice the size of text that browsers come with.
LARGE_TEXT_FLAG = "--blink-settings=defaultFontSize=32,defaultFixedFontSize=26"

WORD = re.compile(r"\w+")


@pytest.mark.parametrize(("window", "scheme"), [(PHONE, "dark"), (DESKTOP, "light")])
def test_axe_finds_nothing_in_any_state(
    open_state: OpenState, states_url: str, window: tuple[int, int], scheme: str
) -> None:
    assert AXE.is_file(), "npm ci in tests/js brings axe-core"
    page = open_state("enter", window, color_scheme=scheme, reduced_motion="reduce")
    found = {}
    for state in state_names():
        show(page, states_url, state, "&still")
        found[state] = violations(page)
    assert {state: lines for state, lines in found.items() if lines} == {}


def test_axe_finds_nothing_in_the_sheets(open_state: OpenState) -> None:
    for press in ("#open-mixer", "#top-invite", ".seat[data-part=lead] .sit"):
        page = open_state("joined", reduced_motion="reduce")
        page.click(press)
        assert violations(page) == [], press


def test_axe_notices_what_is_wrong(open_state: OpenState) -> None:
    page = open_state("seven", reduced_motion="reduce")
    page.evaluate("document.getElementById('open-mixer').removeAttribute('aria-label')")
    assert any(line.startswith("button-name") for line in violations(page))


def test_nothing_is_cut_small_or_on_top_of_another(open_state: OpenState, states_url: str) -> None:
    page = open_state("enter")
    found = {}
    for state in state_names():
        show(page, states_url, state, "&still")
        for width, height in WINDOWS:
            page.set_viewport_size({"width": width, "height": height})
            found[f"{state} {width}x{height}"] = page.evaluate(AUDIT)
    assert {place: lines for place, lines in found.items() if lines} == {}


def test_on_a_laptop_the_button_and_the_line_are_in_the_window(
    open_state: OpenState, states_url: str
) -> None:
    page = open_state("enter")
    found = {}
    for state in state_names():
        show(page, states_url, state, "&still")
        for width, height in LAPTOPS:
            page.set_viewport_size({"width": width, "height": height})
            ends = "nodes => nodes.map(node => node.getBoundingClientRect().bottom)"
            lowest = max(
                page.locator("#say, #go, #side").locator("visible=true").evaluate_all(ends)
            )
            whole = page.evaluate("document.documentElement.scrollHeight")
            found[f"{state} {width}x{height}"] = max(lowest, whole) - height
    assert {place: below for place, below in found.items() if below > 0} == {}


def test_the_panel_at_the_side_scrolls_in_itself(open_state: OpenState) -> None:
    page = open_state("seven", LAPTOPS[0])
    page.get_by_role("button", name="Copy link").scroll_into_view_if_needed()
    expect(page.get_by_role("button", name="Copy link")).to_be_in_viewport(ratio=1)
    assert page.evaluate("scrollY") == 0


def test_the_sheets_fit(open_state: OpenState) -> None:
    found = {}
    for press in ("#open-mixer", "#top-invite", ".seat[data-part=lead] .sit"):
        page = open_state("joined", (320, 568))
        page.click(press)
        for width, height in WINDOWS:
            page.set_viewport_size({"width": width, "height": height})
            found[f"{press} {width}x{height}"] = page.evaluate(AUDIT)
    assert {place: lines for place, lines in found.items() if lines} == {}


def test_the_audit_notices_what_is_wrong(open_state: OpenState) -> None:
    page = open_state("seven", query="&still")
    page.evaluate("document.querySelector('[data-part=bass] .animal').textContent = 'x'.repeat(60)")
    page.evaluate("document.getElementById('go').style.minHeight = '30px'")
    page.evaluate("document.getElementById('go').style.padding = '0'")
    found = page.evaluate(AUDIT)
    assert any("is outside" in line for line in found)
    assert any(line.startswith("go is") for line in found)


@pytest.mark.parametrize(
    "window",
    [(390, 844), (360, 640), (320, 568), (844, 390), (667, 375), (1440, 900)],
)
def test_text_of_twice_the_size_is_all_there(
    states_url: str, browser: Browser, window: tuple[int, int]
) -> None:
    # Its own browser: the size of text is a setting of the whole browser.
    with_large_text = [*launch_flags(), LARGE_TEXT_FLAG]
    large = browser.browser_type.launch(executable_path=find_chromium(), args=with_large_text)
    faults: list[str] = []
    found = {}
    for state in ("enter", "seven", "long", "queued", "house", "reconnecting"):
        page = opener(large, states_url, faults)(state, window, "&still")
        assert page.evaluate("getComputedStyle(document.body).fontSize") == "32px"
        found[state] = page.evaluate(AUDIT)
        if state == "long":
            expect(page.get_by_text("Nightingale").locator("visible=true").first).to_be_visible()
    large.close()
    assert faults == []
    assert {state: lines for state, lines in found.items() if lines} == {}


def test_what_is_written_on_a_button_is_in_its_name(open_state: OpenState, states_url: str) -> None:
    page = open_state("enter")
    for state in ("enter", "queued", "seven", "house"):
        show(page, states_url, state, "&still")
        for button in page.get_by_role("button").all():
            written = set(WORD.findall(button.evaluate("node => node.innerText")))
            name = set(WORD.findall(button.aria_snapshot()))
            assert written <= name, (state, written, name)


def test_without_javascript_the_page_says_what_it_is(browser: Browser, states_url: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(states_url)
    expect(page.locator("noscript p")).to_be_visible()
    expect(page.locator("noscript p")).to_contain_text("needs JavaScript")
    expect(page.get_by_text("Make music with whoever’s here.")).to_be_visible()
    assert page.locator("#go").is_hidden()
    context.close()


@pytest.mark.parametrize(
    ("path", "way_on"),
    [("unavailable", "Try again"), ("too-often", "Try again"), ("nowhere", "Join the jam")],
)
def test_a_page_without_a_jam_is_whole(open_state: OpenState, path: str, way_on: str) -> None:
    page = open_state("enter")
    page.goto(page.url.split("?")[0] + path)
    expect(page.get_by_role("link", name=way_on)).to_be_visible()
    assert violations(page) == []
    assert page.evaluate(AUDIT) == []
