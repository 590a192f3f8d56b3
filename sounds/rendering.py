"""From a kit's data to samples: lines, effects, levels, dither."""

import numpy as np
import numpy.typing as npt

from sounds.mixing import cleaned, fitted, levelled
from sounds.periodic import silence
from sounds.score import Kit
from sounds.timebase import Signal, seeded

Samples = npt.NDArray[np.int16]
"""(frames, 2), as files have them."""
FULL_SCALE = 32_768
"""One sample more than there is: the levels leave room."""


def render_loop(kit: Kit, part: str) -> Signal:
    """One loop at its own level, before it is fitted with the others."""
    loop = kit.loops[part]
    x = silence()
    for i, line in enumerate(loop.lines):
        x += line.render(kit.feel, seeded(f"{kit.id}/{part}/{i}"))
    for effect in loop.effects:
        x = effect(x)
    return levelled(part, cleaned(part, x))


def render_kit(kit: Kit) -> dict[str, Samples]:
    """The kit's loops as 16-bit samples, the same on every run, in kit order."""
    loops = fitted({part: render_loop(kit, part) for part in kit.loops})
    return {part: dithered(x, f"{kit.id}/{part}") for part, x in loops.items()}


def dithered(x: Signal, name: str) -> Samples:
    """The loop in 16 bits with triangular dither of two steps, its noise seeded by the name.

    Equal channels get equal noise and stay equal: the file is half as long.
    """
    rng = seeded(f"dither {name}")
    shape = x.shape[1:] if np.array_equal(x[0], x[1]) else x.shape
    noise = rng.random(shape) - rng.random(shape)
    return np.clip(np.round(x * FULL_SCALE + noise), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16).T
