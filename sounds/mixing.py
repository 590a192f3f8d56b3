"""Levels: each loop as loud as its part should be, no choice of loops of a kit too loud."""

from collections.abc import Mapping

import numpy as np

from sounds.filters import filter_loop, high_pass
from sounds.limiter import amplitude, limiter_gain
from sounds.loudness import loudness
from sounds.timebase import Signal

PART_LUFS: Mapping[str, float] = {
    "drums": -16.7,
    "percussion": -17.8,
    "bass": -17.5,
    "chords": -17.6,
    "lead": -17.6,
    "pad": -17.85,
    "vox": -17.8,
}
"""The drums carry, the bass follows, what lies underneath stays there."""

PART_CEILING_DB: Mapping[str, float] = {
    "drums": -6,
    "percussion": -8,
    "bass": -9,
    "chords": -9,
    "lead": -9,
    "pad": -10,
    "vox": -9,
}
"""Each part's peaks before the common stage, in dBFS."""

LOW_CUT_HZ: Mapping[str, float] = {"drums": 30, "bass": 30}
OTHERS_LOW_CUT_HZ = 90.0
"""Only drums and bass reach lower: two parts in the lowest octaves are one too many."""

SUM_CEILING_DB = -1.05
"""What a kit's loudest choice may peak at: -1 dBFS less the dither's steps."""
SETTLING_ROUNDS = 6
COMMON_ROUNDS = 12


def cleaned(part: str, x: Signal) -> Signal:
    """A loop without what is too low for its part."""
    return filter_loop(x, high_pass(LOW_CUT_HZ.get(part, OTHERS_LOW_CUT_HZ)))


def levelled(part: str, x: Signal) -> Signal:
    """A loop at its part's loudness, its peaks held; limiting moves the loudness: it settles."""
    for _ in range(SETTLING_ROUNDS):
        x = x * amplitude(PART_LUFS[part] - loudness(x))
        x = x * limiter_gain(np.abs(x).max(axis=0), amplitude(PART_CEILING_DB[part]))
    return x


def worst_choice(loops: Mapping[str, Signal]) -> Signal:
    """The highest amplitude any choice of the loops can reach at each frame, either channel.

    All positive values together, or all negative ones: no subset's sum can be further out.
    """
    above = sum(np.maximum(x, 0) for x in loops.values())
    below = sum(np.maximum(-x, 0) for x in loops.values())
    return np.asarray(np.maximum(above, below).max(axis=0))


def fitted(loops: Mapping[str, Signal]) -> dict[str, Signal]:
    """The loops under one common gain, so that none of their 127 subsets passes the ceiling.

    They duck together where the kick lands, whoever plays; then each is brought back to its
    loudness, and again. The limiter comes last: the ceiling is kept exactly, the loudness nearly.
    """
    ceiling = amplitude(SUM_CEILING_DB)
    fitting = dict(loops)
    for _ in range(COMMON_ROUNDS):
        gain = limiter_gain(worst_choice(fitting), ceiling)
        fitting = {part: x * gain for part, x in fitting.items()}
        fitting = {
            part: x * amplitude(float(np.clip(PART_LUFS[part] - loudness(x), -1, 1)))
            for part, x in fitting.items()
        }
    gain = limiter_gain(worst_choice(fitting), ceiling)
    return {part: x * gain for part, x in fitting.items()}
