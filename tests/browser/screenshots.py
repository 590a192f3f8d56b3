"""Pictures of every state of the page: ``python -m tests.browser.screenshots [state ...]``.

They go to tests/screenshots/ (not kept by git): state-window-scheme.png. The word ``card`` makes
the picture that messengers show with a link instead, jams/static/jams/img/card.jpg.
"""

import os
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import find_chromium, launch_flags
from tests.browser.states.harness import STATIC, state_names, states_server

CARD = STATIC / "jams" / "img" / "card.jpg"
FOLDER = Path(__file__).resolve().parents[1] / "screenshots"
#: name: width, height, device pixels to one of CSS
WINDOWS = {"phone": (390, 844, 2), "small": (320, 568, 2), "desktop": (1440, 900, 1)}
SCHEMES = ("dark", "light")
#: Where the music stands still, ms into the loop: mid-beat, with a part of the bar gone.
MOMENT_MS = 1300

FREEZE = """moment => {
  for (const animation of document.getAnimations()) {
    const { iterations, duration } = animation.effect.getTiming();
    if (iterations === Infinity) {
      animation.pause();
      animation.currentTime = moment % duration;
    } else if (animation.effect.getTiming().fill === "both") animation.pause();
    else animation.finish();
  }
}"""

#: Pictures that need something pressed first: state to start from, what to press.
PRESSED = {
    "mixer": ("seven", "#open-mixer"),
    "share": ("joined", "#top-invite"),
    "free-seat": ("joined", ".seat[data-part=pad] .sit"),
    "volume": ("seven", ".seat[data-part=lead] .sit"),
    "band-seat": ("house", ".seat[data-part=drums] .sit"),
}


def open_state(page: Page, address: str, state: str) -> None:
    """Show a state in ``page``, its music standing still."""
    page.goto(f"{address}?state={state}&t={MOMENT_MS}&still")
    page.wait_for_selector("#seats [data-part]")
    page.evaluate("document.fonts.ready")


def take(browser: Browser, address: str, wanted: list[str]) -> None:
    """Take the pictures of the ``wanted`` states in all windows and schemes."""
    for window, (width, height, density) in WINDOWS.items():
        for scheme in SCHEMES:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                device_scale_factor=density,
                color_scheme=scheme,  # type: ignore[arg-type]
            )
            page = context.new_page()
            for name in wanted:
                state, press = PRESSED.get(name, (name, ""))
                open_state(page, address, state)
                if press:
                    if not page.is_visible(press):
                        continue
                    page.click(press)
                page.evaluate(FREEZE, MOMENT_MS)
                page.screenshot(path=FOLDER / f"{name}-{window}-{scheme}.png", full_page=True)
            context.close()


def take_card(browser: Browser, address: str) -> None:
    """Take the picture for links: 1200 x 630 pixels, the record left and the words right."""
    page = browser.new_page(
        viewport={"width": 600, "height": 315}, device_scale_factor=2, color_scheme="dark"
    )
    open_state(page, address, "card")
    page.evaluate(FREEZE, MOMENT_MS)
    page.screenshot(path=CARD, type="jpeg", quality=86)


def main() -> None:
    """Take the pictures that the command line names, else all."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    FOLDER.mkdir(exist_ok=True)
    wanted = sys.argv[1:] or [*state_names(), *PRESSED]
    with states_server() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=launch_flags())
        if wanted == ["card"]:
            take_card(browser, address)
        else:
            take(browser, address, wanted)
        browser.close()


if __name__ == "__main__":
    main()
