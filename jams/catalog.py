"""The sounds, as the renderer's manifest describes them and the page needs them."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from django.templatetags.static import static

from .loops import KITS, LOOPS
from .timeline import BAR_MS, BARS_PER_LOOP, BEATS_PER_BAR, BPM

_STATIC_FOLDER = "jams/sounds"


class BadManifest(Exception):
    """The rendered sounds aren't the ones that the server deals out."""


@cache
def manifest() -> dict[str, Any]:
    """Return the manifest of the rendered sounds; raise BadManifest if it doesn't fit the rules."""
    path = files(__package__).joinpath("static", "jams", "sounds", "manifest.json")
    data: dict[str, Any] = json.loads(path.read_text())
    kits = {kit["id"]: tuple(loop["id"] for loop in kit["loops"]) for kit in data["kits"]}
    if kits != dict.fromkeys(KITS, LOOPS):
        raise BadManifest(f"these kits and loops were expected: {KITS}, {LOOPS}; found: {kits}")
    measured = (data["bpm"], data["beats_per_bar"], data["bars"])
    if measured != (BPM, BEATS_PER_BAR, BARS_PER_LOOP):
        raise BadManifest("the loops were rendered for another timeline")
    if data["frames"] * 1000 != BAR_MS * BARS_PER_LOOP * data["sample_rate"]:
        raise BadManifest("the loops don't last exactly their bars")
    return data


@cache
def page_constants() -> dict[str, Any]:
    """Return what is the same for every visitor: the kits with their sounds, and the timeline."""
    data = manifest()
    return {
        "bar_ms": BAR_MS,
        "bars_per_loop": BARS_PER_LOOP,
        "sample_rate": data["sample_rate"],
        "frames": data["frames"],
        "kits": {
            kit["id"]: {
                "title": kit["title"],
                "loops": {
                    loop["id"]: {
                        "url": static(f"{_STATIC_FOLDER}/{loop['file']}"),
                        "envelope": loop["envelope"],
                    }
                    for loop in kit["loops"]
                },
            }
            for kit in data["kits"]
        },
    }
