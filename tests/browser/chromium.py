"""Where a Chromium or Chrome is on this machine, and how it is started for a test."""

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MACOS_APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
QUIET_FLAGS = (
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
)
SOUND_FLAGS = ("--autoplay-policy=no-user-gesture-required",)


def find_chromium() -> str | None:
    """The browser that CHROMIUM names, else an installed one, else None.

    Raises FileNotFoundError if CHROMIUM names nothing: a wrong setting is not "no browser here".
    """
    named = os.environ.get("CHROMIUM")
    if named:
        found = shutil.which(named)
        if found is None:
            raise FileNotFoundError(f"CHROMIUM names {named!r}, which can't be run")
        return found
    for name in NAMES:
        if found := shutil.which(name):
            return found
    return next((path for path in MACOS_APPLICATIONS if Path(path).exists()), None)


def launch_flags() -> list[str]:
    """Chromium's command line for a test. Root can't use its sandbox (CI containers)."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return [*sandbox, *QUIET_FLAGS, *SOUND_FLAGS]
