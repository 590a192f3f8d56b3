"""The page in every state: nothing broken, nothing cut, and everybody can use it.

The states come from tests/browser/states: the product's template and modules with a session that
stands in for the engine.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import find_chromium, launch_flags
from tests.browser.states.harness import state_names, states_server
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
#: Twice the size of text that browsers come with.
LARGE_TEXT_FLAG = "--blink-settings=defaultFontSize=32,defaultFixedFontSize=26"

WORD = re.compile(r"\w+")


@pytest.fixture(scope="module")
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


@pytest.mark.parametrize("window", [(390, 844), (320, 568), (1440, 900)])
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


def test_space_plays_cancels_and_stops(open_state: OpenState) -> None:
    page = open_state("fits")
    go = page.locator("#go")
    expect(go).to_contain_text("Play percussion")
    page.keyboard.press("Space")
    expect(go).to_contain_text("Starting in")
    page.keyboard.press("Space")
    expect(go).to_contain_text("Play percussion")
    page.keyboard.press("Space")
    expect(go).to_contain_text("Stop my loop")
    expect(page.locator(".seat[data-me]")).to_have_attribute("data-phase", "playing")
    expect(page.locator("#status")).to_have_text("You’re playing.")


def test_the_countdown_follows_the_beats(open_state: OpenState) -> None:
    page = open_state("queued", query="&t=100")
    seen = page.evaluate(
        """() => new Promise((resolve) => {
             const seen = [];
             const read = () => seen.push(document.querySelector("#hub strong").textContent);
             read();
             new MutationObserver(() => {
               read();
               if (document.body.dataset.screen !== "queued") resolve(seen);
             }).observe(document.body, {subtree: true, childList: true, characterData: true,
                                        attributes: true, attributeFilter: ["data-screen"]});
           })"""
    )
    counted = list(dict.fromkeys(text for text in seen if text in {"4", "3", "2", "1"}))
    assert counted[-3:] == ["3", "2", "1"]


def test_a_change_of_state_leaves_the_focus_where_it_is(open_state: OpenState) -> None:
    page = open_state("seven")
    page.locator(".seat[data-part=lead] .sit").focus()
    page.evaluate(
        """async () => {
             const {STATES} = await import("/states.js");
             fakeSession.set({...STATES.away});
             fakeSession.set({...STATES.reconnecting});
             fakeSession.set({...STATES.seven});
           }"""
    )
    assert page.evaluate("document.activeElement.closest('.seat').dataset.part") == "lead"


def test_a_button_that_goes_hands_its_focus_on(open_state: OpenState) -> None:
    page = open_state("alone")
    page.locator("#band").focus()
    page.evaluate("import('/states.js').then(({STATES}) => fakeSession.set({...STATES.joined}))")
    expect(page.locator("#go")).to_be_focused()


def test_a_sheet_takes_the_focus_and_gives_it_back(open_state: OpenState) -> None:
    page = open_state("seven")
    seat = page.locator(".seat[data-part=lead] .sit")
    seat.focus()
    page.keyboard.press("Enter")
    sheet = page.get_by_role("dialog", name="Azure Finch")
    expect(sheet).to_be_visible()
    page.get_by_role("button", name="Mute Azure Finch").click()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(seat).to_be_focused()
    expect(seat).to_have_accessible_name("Azure Finch lead, playing, muted by you")


def test_a_free_seat_offers_its_loop_and_an_invitation(open_state: OpenState) -> None:
    page = open_state("joined")
    page.get_by_role("button", name="Pad free seat").click()
    expect(page.get_by_role("button", name="Invite a friend")).to_be_visible()
    page.get_by_role("button", name="Take the pad yourself").click()
    mine = page.locator(".seat[data-me]")
    expect(mine).to_have_attribute("data-part", "pad")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#say")).to_contain_text("You’ve got the pad now.")


def test_what_is_written_on_a_button_is_in_its_name(open_state: OpenState, states_url: str) -> None:
    page = open_state("enter")
    for state in ("enter", "queued", "seven", "house"):
        show(page, states_url, state, "&still")
        for button in page.get_by_role("button").all():
            written = set(WORD.findall(button.evaluate("node => node.innerText")))
            name = set(WORD.findall(button.aria_snapshot()))
            assert written <= name, (state, written, name)


def test_motion_stops_as_soon_as_the_visitor_asks(open_state: OpenState) -> None:
    page = open_state("seven")
    running = "document.getAnimations().filter(({playState}) => playState === 'running').length"
    assert page.evaluate(running) >= 8
    page.emulate_media(reduced_motion="reduce")
    expect(page.locator("#pips .now")).to_have_count(1)
    assert page.evaluate(running) == 0
    page.emulate_media(reduced_motion="no-preference")
    expect(page.locator("#pips .now")).to_have_count(0)
    assert page.evaluate(running) >= 8


def test_the_hand_and_the_halos_follow_the_music(open_state: OpenState) -> None:
    page = open_state("seven")
    late = page.evaluate(
        """() => document.getAnimations()
             .filter(({effect}) => effect.getTiming().iterations === Infinity)
             .map(({startTime}) => {
               const apart = (startTime - fakeSession.loopOrigin()) % 4800;
               return Math.min(Math.abs(apart), 4800 - Math.abs(apart));
             })"""
    )
    assert len(late) == 8
    assert max(late) < 1


def test_who_came_for_another_jam_is_told(open_state: OpenState) -> None:
    page = open_state("moved")
    expect(page.locator("#say")).to_contain_text("This is another jam.")
    page.click("#go")
    expect(page.locator("#say")).to_contain_text("This is another jam.")


def test_the_invitation_is_the_link_of_the_jam_one_is_in(open_state: OpenState) -> None:
    page = open_state("joined", permissions=["clipboard-read", "clipboard-write"])
    page.click("#top-invite")
    link = page.evaluate("location.origin") + "/jams/kMcW3bQvTzu0/"
    field = page.get_by_role("textbox", name="Invite link")
    assert (
        f"//{field.input_value()}/" in link
    )  # what doesn't tell one link from another is left out
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == link
    page.evaluate("navigator.clipboard.writeText('')")
    field.press("Control+c")
    assert page.evaluate("navigator.clipboard.readText()") == link


def test_a_slider_changes_the_mix(open_state: OpenState) -> None:
    page = open_state("seven", DESKTOP)
    slider = page.locator("#side").get_by_role("slider", name="Volume, Coral Heron")
    slider.fill("30")
    assert page.evaluate("fakeSession.state.mix.loops.drums.volume") == 0.3
    page.locator("#side").get_by_role("slider", name="Sound late? Play it earlier").fill("120")
    assert page.evaluate("fakeSession.state.mix.trimMs") == 120


def test_without_javascript_the_page_says_what_it_is(browser: Browser, states_url: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(states_url)
    expect(page.locator("noscript p")).to_be_visible()
    expect(page.locator("noscript p")).to_contain_text("needs JavaScript")
    expect(page.get_by_text("Make music with whoever’s here.")).to_be_visible()
    assert page.locator("#go").is_hidden()
    context.close()


def test_the_page_of_a_server_without_its_store_is_whole(open_state: OpenState) -> None:
    page = open_state("enter")
    page.goto(page.url.split("?")[0] + "unavailable")
    expect(page.get_by_role("link", name="Try again")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate(AUDIT) == []
