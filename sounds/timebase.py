"""The loop's time, in frames, and the seeded randomness every sound shares."""

import zlib

import numpy as np
import numpy.typing as npt

Signal = npt.NDArray[np.float64]
"""One channel: (frames,), or two: (2, frames). Full scale is 1.0."""

SAMPLE_RATE = 48_000
BPM = 100
BARS = 2
BEATS_PER_BAR = 4
STEPS_PER_BAR = 16
STEPS = BARS * STEPS_PER_BAR
FRAMES = SAMPLE_RATE * 60 * BARS * BEATS_PER_BAR // BPM
STEP_FRAMES = FRAMES // STEPS
"""A step is a sixteenth: 0.15 s."""


def seconds(frames: int) -> Signal:
    """The time of each of so many frames, from 0."""
    return np.arange(frames) / SAMPLE_RATE


def seeded(name: str) -> np.random.Generator:
    """A generator that gives the same numbers for the same name, on every machine.

    Only ``random`` and ``standard_normal`` are drawn from it: their streams have not changed
    since numpy 1.17.
    """
    return np.random.default_rng(zlib.crc32(name.encode()))
