"""The effects: values that take a stereo loop and give one, without a seam."""

from typing import Protocol

from sounds.timebase import Signal


class Effect(Protocol):
    """What stands in a loop's chain."""

    def __call__(self, x: Signal) -> Signal:
        """The stereo loop with the effect on it."""
        ...
