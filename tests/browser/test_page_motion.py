"""What moves on the page moves with the music, or not at all for who wants it still."""

from playwright.sync_api import expect

from tests.browser.states.pages import OpenState


def test_the_countdown_follows_the_beats(open_state: OpenState) -> None:
    page = open_state("queued", query="&t=100&still")
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
             fakeSession.moveOn();
           })"""
    )
    counted = list(dict.fromkeys(text for text in seen if text in {"4", "3", "2", "1"}))
    assert counted == ["4", "3", "2", "1"]


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
