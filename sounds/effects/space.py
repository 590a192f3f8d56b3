"""Rooms and echoes. Their tails run through the seam: the loop has always been sounding."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sounds.filters import BIN_HZ, filter_loop, filter_once, high_pass, low_pass
from sounds.periodic import convolve
from sounds.timebase import FRAMES, SAMPLE_RATE, STEP_FRAMES, Signal, seconds, seeded

# Band edges in Hz, and each band's decay as a part of the room's: air takes the highs first.
ROOM_BANDS = (
    (None, 250.0, 1.15),
    (250.0, 1000.0, 1.05),
    (1000.0, 3500.0, 0.85),
    (3500.0, 8000.0, 0.62),
    (8000.0, 16_000.0, 0.45),
)
EARLY_REFLECTIONS = 9


@lru_cache(maxsize=64)
def room(name: str, decay_seconds: float, delay_seconds: float) -> Signal:
    """A stereo impulse response of unit energy: early reflections, then noise dying by bands.

    ``decay_seconds`` is the time to fall by 60 dB in the middle of the spectrum.
    """
    rng = seeded(f"room {name}")
    frames = int(SAMPLE_RATE * decay_seconds * 1.3)
    time = seconds(frames)
    channels = []
    for _ in range(2):
        tail = np.zeros(frames)
        for low, high, part in ROOM_BANDS:
            cuts = (low_pass(high),) if low is None else (high_pass(low), low_pass(high))
            noise = filter_once(rng.standard_normal(frames), *cuts)
            tail += noise * 10 ** (-3 * time / (decay_seconds * part))
        tail *= 1 - np.exp(-time / 0.012)
        for i in range(EARLY_REFLECTIONS):
            at = int(SAMPLE_RATE * (0.006 + 0.007 * i + 0.004 * rng.random()))
            tail[at] += 6 * 0.8**i * (1 if rng.random() < 0.5 else -1)
        channels.append(np.concatenate([np.zeros(int(SAMPLE_RATE * delay_seconds)), tail]))
    both = np.vstack(channels)
    return np.asarray(both / np.sqrt((both**2).sum(axis=1, keepdims=True)))


@dataclass(frozen=True)
class Reverb:
    """A room added to the loop; the same name is the same room."""

    wet: float
    decay: float
    """Seconds to -60 dB."""
    name: str
    delay: float = 0.018
    """Seconds before it answers."""
    low_cut: float = 220

    def __call__(self, x: Signal) -> Signal:
        """The loop in the room."""
        send = filter_loop(x, high_pass(self.low_cut))
        return x + self.wet * convolve(send, room(self.name, self.decay, self.delay))


@dataclass(frozen=True)
class Echo:
    """A ping-pong delay in steps: first left, then right, darker each time."""

    steps: float
    feedback: float
    wet: float
    high_cut: float = 4000
    low_cut: float = 250

    def __call__(self, x: Signal) -> Signal:
        """The loop and all its echoes: the sum of the geometric series, in the spectrum."""
        once = np.exp(-2j * np.pi * BIN_HZ * self.steps * STEP_FRAMES / SAMPLE_RATE)
        low = 1j * BIN_HZ / self.low_cut
        once = once * low / (1 + low) / (1 + 1j * BIN_HZ / self.high_cut)
        again = self.feedback * once
        left = np.fft.rfft(x.mean(axis=0)) * once / (1 - again * again)
        echoes = np.vstack([left, left * again / self.feedback])
        return x + self.wet * np.fft.irfft(echoes, n=FRAMES, axis=-1)
