"""What the page costs a phone's processor: ``make page-cost``. Prints figures, judges nothing.

One visitor with the house band: seven loops sound and seven seats glow, with the real server, the
real sound and Chromium without a graphics card. The figures are the processor time of all of the
browser's processes, as a share of one core. A busy machine adds to them.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.chromium import find_chromium, launch_flags
from tests.processes import runserver

#: Until the page has come to rest after a change, and what a figure is measured over.
REST_SECONDS = 4
MEASURE_SECONDS = 15
TURNS = 3
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def family(root: int) -> list[int]:
    """A process and all that come from it."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended since
            continue
        parents[int(folder.name)] = int(fields[1])
    found = [root]
    for pid in found:
        found.extend(child for child, parent in parents.items() if parent == pid)
    return found


def processor_seconds(root: int) -> float:
    """The processor time that a process and all that come from it have used."""
    ticks = 0
    for pid in family(root):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS_PER_SECOND


def share_of_a_core(root: int, page: Page, seconds: float) -> float:
    """Processor time over real time while nobody touches the page."""
    page.wait_for_timeout(REST_SECONDS * 1000)
    begin, used = time.monotonic(), processor_seconds(root)
    page.wait_for_timeout(seconds * 1000)
    return (processor_seconds(root) - used) / (time.monotonic() - begin)


def play_with_the_band(page: Page) -> None:
    """Join, play, let the band sit in; returns when seven loops sound."""
    go = page.locator("#go")
    page.locator(".seat[data-me]").wait_for()
    go.click()
    expect(go).to_contain_text("Play", timeout=30_000)
    go.click()
    page.locator("#band").click()
    seats = page.locator("#seats > li:is([data-phase=playing], [data-phase=house])")
    expect(seats).to_have_count(7, timeout=30_000)


def measure(page: Page, root: int, seconds: float) -> None:
    """Print the figures, each the least of some turns: what else runs here can only add."""
    show = "shown => { document.querySelector('main').hidden = !shown; }"

    def least() -> str:
        found = [share_of_a_core(root, page, seconds) for _ in range(TURNS)]
        return f"{min(found):6.1%}   ({', '.join(f'{one:.1%}' for one in found)})"

    page.goto("about:blank")
    print(f"an empty page           {least()}", flush=True)
    page.goto("/")
    play_with_the_band(page)
    print(f"seven loops playing     {least()}", flush=True)
    page.emulate_media(reduced_motion="reduce")
    print(f"with reduced motion     {least()}", flush=True)
    page.evaluate(show, False)
    print(f"nothing shown: sound    {least()}", flush=True)


def main() -> None:
    """Start a server and a browser of its own, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=MEASURE_SECONDS, help="of each turn")
    options = parser.parse_args()
    if sys.platform != "linux":
        sys.exit("This reads processor times as Linux gives them.")
    with (
        tempfile.TemporaryDirectory() as folder,
        runserver(Path(folder), "--noreload") as server,
        sync_playwright() as playwright,
    ):
        before = set(family(os.getpid()))
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=launch_flags())
        (root,) = (pid for pid in set(family(os.getpid())) - before if is_browser(pid))
        context = browser.new_context(
            base_url=server.url,
            viewport={"width": 390, "height": 844},
            device_scale_factor=2,
            color_scheme="dark",
        )
        measure(context.new_page(), root, options.seconds)
        browser.close()


def is_browser(pid: int) -> bool:
    """Whether a process is the first of a Chromium's: the others are told their type."""
    command = Path(f"/proc/{pid}/cmdline").read_bytes()
    return b"--remote-debugging-" in command and b"--type=" not in command


if __name__ == "__main__":
    main()
