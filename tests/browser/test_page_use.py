"""What a visitor does on the page: the keys, the buttons, the sheets, and where the focus goes."""

import re

from playwright.sync_api import expect

from tests.browser.states.pages import DESKTOP, OpenState


def test_space_plays_cancels_and_stops(open_state: OpenState) -> None:
    page = open_state("fits", query="&still")
    go = page.locator("#go")
    expect(go).to_contain_text("Play percussion")
    page.keyboard.press("Space")
    expect(go).to_contain_text("Starting in")
    page.keyboard.press("Space")
    expect(go).to_contain_text("Play percussion")
    page.keyboard.press("Space")
    expect(go).to_contain_text("Starting in")
    page.evaluate("fakeSession.moveOn()")
    expect(go).to_contain_text("Stop percussion")
    expect(page.locator(".seat[data-me]")).to_have_attribute("data-phase", "playing")
    expect(page.locator("#status")).to_have_text("You’re playing.")


def test_one_s_own_instrument_is_named_wherever_it_is_used(open_state: OpenState) -> None:
    page = open_state("fits", query="&still")
    seat = page.locator(".seat[data-me] .sit")
    expect(seat).to_have_accessible_name("You Amber Otter, percussion, quiet")
    page.keyboard.press("Space")
    page.evaluate("fakeSession.moveOn()")
    expect(page.get_by_role("button", name="Stop percussion")).to_be_visible()
    expect(seat).to_have_accessible_name("You Amber Otter, percussion, playing")
    page.get_by_role("button", name="Mixer").click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("button", name="Mute my loop")).to_be_visible()
    expect(sheet.get_by_role("slider", name="Volume, my loop")).to_be_visible()


def test_space_plays_after_a_click_on_another_button(open_state: OpenState) -> None:
    page = open_state("fits", query="&still")
    go, seat = page.locator("#go"), page.locator(".seat[data-part=bass] .sit")
    seat.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("Space")
    expect(go).to_contain_text("Starting in")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Tab")  # now the visitor finds the way by keys
    seat.focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(go).to_contain_text("Starting in")


def test_what_is_muted_is_said_and_drawn_dimmer(open_state: OpenState) -> None:
    page = open_state("joined")  # with news of somebody who sat down
    say = page.locator("#say")
    expect(say).to_contain_text("sat down")
    ink = """(() => {
        const { width, height } = grooves;
        const { data } = grooves.getContext("2d").getImageData(0, 0, width, height);
        return data.reduce((sum, value, i) => (i % 4 === 3 ? sum + value : sum), 0);
    })()"""
    page.wait_for_function(f"{ink} > 0")
    lit = page.evaluate(ink)
    page.get_by_role("button", name="Mixer").click()
    for row in ("Mute my loop", "Mute Jade Moth"):
        page.locator("#sheet").get_by_role("button", name=row).click()
    page.get_by_role("button", name="Close").click()
    expect(say).to_contain_text("You’ve muted all that plays.")
    expect(say).to_have_attribute("data-warn", "")
    page.wait_for_function(f"{ink} < {lit} * 0.9")


def test_no_seat_lights_up_when_the_connection_drops(open_state: OpenState) -> None:
    page = open_state("fits")
    page.evaluate("fakeSession.set({connection: 'reconnecting'})")
    expect(page.locator("body")).to_have_attribute("data-screen", "reconnecting")
    lit = "seats => seats.filter(seat => getComputedStyle(seat).opacity !== '0').length"
    assert page.locator(".seat[data-phase=free] .halo").count() == 2
    assert page.locator(".seat[data-phase=free] .halo").evaluate_all(lit) == 0


def test_nothing_is_lit_once_the_jam_cannot_be_reached(open_state: OpenState) -> None:
    page = open_state("enter")
    assert page.locator(".seat[data-phase=playing]").count() == 4
    page.evaluate("fakeSession.set({connection: 'unreachable'})")
    expect(page.locator("body")).to_have_attribute("data-screen", "unreachable")
    glow = "seats => seats.filter(seat => getComputedStyle(seat).opacity !== '0').length"
    assert page.locator(".seat .halo").evaluate_all(glow) == 0
    page.wait_for_function(
        """() => {
             const discs = [...document.querySelectorAll(".seat:not([data-phase=free]) .disc")];
             return new Set(discs.map((disc) => getComputedStyle(disc).backgroundColor)).size === 1;
           }"""
    )


def test_what_only_you_hear_is_not_promised_to_others(open_state: OpenState) -> None:
    page = open_state("seven")
    for connection in ("reconnecting", "unreachable"):
        page.evaluate(f"fakeSession.set({{connection: '{connection}'}})")
        expect(page.locator("#say")).to_contain_text("Only you hear this until")


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


def test_a_sheet_opened_by_touch_leaves_no_ring(open_state: OpenState) -> None:
    page = open_state("seven", has_touch=True)
    seat = page.locator(".seat[data-part=lead] .sit")
    seat.tap()
    page.get_by_role("button", name="Close").tap()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(seat).to_be_focused()
    expect(seat).to_have_css("outline-style", "none")


def test_what_has_the_focus_is_not_under_the_buttons_that_stay_in_the_window(
    open_state: OpenState,
) -> None:
    page = open_state("house", (320, 256), "&still")
    seen = []
    for _seat in range(7):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                """() => {
                     const {bottom} = document.activeElement.getBoundingClientRect();
                     return bottom <= document.querySelector(".dock").getBoundingClientRect().top;
                   }"""
            )
        )
    assert seen == [True] * 7


def test_a_free_seat_offers_its_loop_and_an_invitation(open_state: OpenState) -> None:
    page = open_state("joined", query="&still")
    page.get_by_role("button", name="Pad free seat").click()
    expect(page.get_by_role("button", name="Invite a friend")).to_be_visible()
    page.get_by_role("button", name="Take the pad yourself").click()
    mine = page.locator(".seat[data-me]")
    expect(mine).to_have_attribute("data-part", "pad")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#say")).to_contain_text("Pad on the next bar.")
    expect(page.locator("#hub")).to_have_text(re.compile("[1-4] beats?"))
    expect(mine).to_have_attribute("data-phase", "queued")
    lit = "halo => halo.getAnimations().length"
    assert mine.locator(".halo").evaluate(lit) == 0
    page.evaluate("fakeSession.moveOn()")
    expect(page.locator("#say")).to_contain_text("You’ve got the pad now.")
    expect(mine).to_have_attribute("data-phase", "playing")
    assert mine.locator(".halo").evaluate(lit) == 1


def test_a_seat_that_is_slow_to_come_is_waited_for_and_a_refusal_warns(
    open_state: OpenState,
) -> None:
    page = open_state("joined")
    page.evaluate("fakeSession.slow = true")
    page.get_by_role("button", name="Pad free seat").click()
    page.get_by_role("button", name="Take the pad yourself").click()
    say = page.locator("#say")
    expect(say).to_contain_text("Asking for the pad…")
    expect(page.locator("#status")).to_have_text("Asking for the pad…")
    expect(say).not_to_have_attribute("data-warn", "")
    page.evaluate("fakeSession.set({asking: null, error: {code: 'try_again', message: ''}})")
    expect(say).to_contain_text("That didn’t work just now.")
    expect(say).to_have_attribute("data-warn", "")


def test_a_sheet_follows_its_seat(open_state: OpenState) -> None:
    page = open_state("joined")
    page.get_by_role("button", name="Lead free seat").click()
    title = page.locator("#sheet-title")
    expect(title).to_have_text("Free seat: lead")
    page.get_by_role("button", name="Take the lead yourself").focus()
    page.evaluate("import('/states.js').then(({STATES}) => fakeSession.set({...STATES.seven}))")
    expect(title).to_have_text("Azure Finch")
    expect(title).to_be_focused()  # what had the focus has gone


def test_a_sheet_closes_when_there_is_no_jam_around_it_any_more(open_state: OpenState) -> None:
    page = open_state("joined")
    page.get_by_role("button", name="Pad free seat").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.evaluate("import('/states.js').then(({STATES}) => fakeSession.set({...STATES.replaced}))")
    expect(page.locator("body")).to_have_attribute("data-screen", "replaced")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_seat_cannot_be_taken_without_a_connection(open_state: OpenState) -> None:
    page = open_state("joined")
    page.get_by_role("button", name="Pad free seat").click()
    page.evaluate("fakeSession.set({connection: 'reconnecting'})")
    take = page.get_by_role("button", name="Take the pad yourself")
    expect(take).to_have_attribute("aria-disabled", "true")
    take.click(force=True)
    expect(page.get_by_role("dialog")).to_contain_text("The connection dropped.")
    expect(page.locator(".seat[data-me]")).to_have_attribute("data-part", "percussion")


def test_a_screen_reader_is_told_within_an_open_sheet(open_state: OpenState) -> None:
    page = open_state("joined", permissions=["clipboard-read", "clipboard-write"])
    page.click("#top-invite")
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("#sheet").get_by_role("status")).to_have_text("Link copied.")


def test_a_link_that_cannot_be_copied_is_not_said_to_be(open_state: OpenState) -> None:
    page = open_state("joined")
    page.evaluate(
        """() => {
             navigator.clipboard.writeText = () => Promise.reject(new DOMException("no"));
             document.execCommand = () => false;
           }"""
    )
    page.click("#top-invite")
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copy by hand")).to_be_visible()
    field = page.get_by_role("textbox", name="Invite link")
    expect(field).to_be_focused()
    assert page.evaluate("getSelection().toString()") == field.input_value()


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
