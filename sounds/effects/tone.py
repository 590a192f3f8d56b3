"""Effects on the spectrum and the level: equaliser, drive, compressor, moving filter."""

from dataclasses import dataclass

import numpy as np

from sounds.filters import Biquad, filter_loop, low_pass, smooth_once
from sounds.periodic import saturate
from sounds.timebase import FRAMES, Signal


@dataclass(frozen=True, init=False)
class Eq:
    """A chain of filters."""

    sections: tuple[Biquad, ...]

    def __init__(self, *sections: Biquad) -> None:
        object.__setattr__(self, "sections", sections)

    def __call__(self, x: Signal) -> Signal:
        """The loop filtered."""
        return filter_loop(x, *self.sections)


@dataclass(frozen=True)
class Drive:
    """Saturation of the loop brought to full scale; ``mix`` is the saturated part, 0-1."""

    amount: float
    mix: float

    def __call__(self, x: Signal) -> Signal:
        """The loop at full scale, driven."""
        full = x / np.abs(x).max()
        return np.asarray(full * (1 - self.mix) + saturate(full, self.amount) * self.mix)


@dataclass(frozen=True)
class Compressor:
    """One gain for both channels, from their power; the loop's own level is -20 dB (RMS)."""

    ratio: float
    threshold: float = -20
    """dB."""
    attack: float = 0.01
    release: float = 0.12
    """Seconds, both."""

    def __call__(self, x: Signal) -> Signal:
        """The loop compressed: the third time round, when the followers have settled."""
        x = x / np.sqrt((x**2).mean()) * 0.1
        power = np.tile((x**2).mean(axis=0), 3)
        fast = smooth_once(power, self.attack)
        slow = smooth_once(fast, self.release)
        level = 10 * np.log10(np.maximum(fast, slow)[-FRAMES:] + 1e-12)
        gain = np.minimum(0, (self.threshold - level) * (1 - 1 / self.ratio))
        return np.asarray(x * 10 ** (gain / 20))


@dataclass(frozen=True)
class Sweep:
    """A low-pass that opens from ``low_hz`` to ``high_hz`` and closes, ``cycles`` times a loop."""

    low_hz: float
    high_hz: float
    cycles: int = 1

    def __call__(self, x: Signal) -> Signal:
        """Fixed filters, cross-faded: each moment lies between two of six."""
        way = (1 - np.cos(2 * np.pi * self.cycles * np.arange(FRAMES) / FRAMES)) / 2
        cutoffs = np.geomspace(self.low_hz, self.high_hz, 6)
        total = np.zeros_like(x)
        for i, hz in enumerate(cutoffs):
            weight = np.clip(1 - np.abs(way * (len(cutoffs) - 1) - i), 0, 1)
            total += weight * filter_loop(x, low_pass(float(hz), 0.8))
        return total
