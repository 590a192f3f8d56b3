"""Effects that move in time: each makes a whole number of turns in a loop."""

from dataclasses import dataclass

import numpy as np

from sounds.periodic import add, delayed, sine
from sounds.timebase import FRAMES, SAMPLE_RATE, STEP_FRAMES, Signal, seconds


@dataclass(frozen=True)
class Chorus:
    """Each channel with a moving copy of itself, and one of the other's."""

    depth: float
    """Seconds the copies' delay moves."""
    cycles: int
    wet: float
    base: float = 0.012

    def __call__(self, x: Signal) -> Signal:
        """The loop, wider."""
        channels = []
        for side in (0, 1):
            own = self.base + self.depth * (1 + sine(self.cycles, 0.25 * side)) / 2
            turned = sine(self.cycles + 1, 0.5 + 0.25 * side)
            other = 1.4 * self.base + self.depth * (1 + turned) / 2
            copies = delayed(x[side], own) + 0.7 * delayed(x[1 - side], other)
            channels.append((1 - 0.4 * self.wet) * x[side] + 0.6 * self.wet * copies)
        return np.vstack(channels)


@dataclass(frozen=True)
class Wow:
    """A tape that doesn't run quite evenly."""

    depth: float
    """Seconds."""
    cycles: int

    def __call__(self, x: Signal) -> Signal:
        """The loop, its pitch wandering."""
        delay = 0.002 + self.depth * sine(self.cycles)
        return np.vstack([delayed(x[0], delay), delayed(x[1], delay)])


@dataclass(frozen=True)
class Tremolo:
    """The loop swaying between the channels."""

    depth: float
    cycles: int

    def __call__(self, x: Signal) -> Signal:
        """Left up while right is down."""
        sway = self.depth * sine(self.cycles)
        return x * np.vstack([1 + sway, 1 - sway])


@dataclass(frozen=True)
class Pump:
    """Ducks at the given steps, as if a kick drum pressed it down: with or without the drums."""

    steps: tuple[int, ...]
    depth: float
    release: float = 0.22
    """Seconds."""

    def __call__(self, x: Signal) -> Signal:
        """The loop, ducked."""
        time = seconds(int(SAMPLE_RATE * 3 * self.release))
        duck = np.exp(-((time / self.release) ** 1.6)) * np.clip(time / 0.004, 0, 1)
        deepest = np.zeros(FRAMES)
        for step in self.steps:
            one = np.zeros(FRAMES)
            add(one, duck, step * STEP_FRAMES)
            deepest = np.maximum(deepest, one)
        return np.asarray(x * (1 - self.depth * deepest))
