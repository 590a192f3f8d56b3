"""The instruments. Tonal ones are sums of partials below the Nyquist frequency: no aliasing."""

from typing import Protocol

import numpy as np

from sounds.timebase import Signal


class Drum(Protocol):
    """What a beat's line plays."""

    def hit(self, velocity: float, rng: np.random.Generator) -> Signal:
        """One mono hit at a velocity of 0-1."""
        ...


class Instrument(Protocol):
    """What a phrase's line plays."""

    def play(self, hz: float, frames: int, velocity: float, rng: np.random.Generator) -> Signal:
        """One mono note held for so many frames (its release sounds after them)."""
        ...
