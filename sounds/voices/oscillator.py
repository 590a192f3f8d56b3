"""Partials, envelopes and noise: what the voices are made of."""

import math
from collections.abc import Callable

import numpy as np

from sounds.timebase import SAMPLE_RATE, Signal, seconds

HIGHEST_PARTIAL_HZ = 17_000.0
CONTROL_FRAMES = 48
"""Partials' gains are computed once a millisecond and joined by straight lines."""
INAUDIBLE = 2e-5

PartialGain = Callable[[int, Signal, Signal], Signal]
"""(the partial's number, its frequency in Hz, the time in seconds) on the control grid -> gain."""


def faded(x: Signal, frames: int) -> Signal:
    """The sound with its last frames brought to zero in a straight line (in place)."""
    frames = min(frames, len(x) // 4)
    x[-frames:] *= np.linspace(1, 0, frames)
    return x


def attack(time: Signal, length: float) -> Signal:
    """A straight rise over so many seconds: takes the click off a sudden start."""
    return np.clip(time / length, 0, 1)


def released(time: Signal, held: float, release: float) -> Signal:
    """1 while a note is held, then an exponential decay with the given time constant."""
    return np.where(time < held, 1.0, np.exp(-(np.maximum(time - held, 0)) / release))


def adsr(frames: int, attack: float, decay: float, sustain: float, release: float) -> Signal:
    """The usual envelope of a note held for so many frames, times in seconds.

    Five release time constants long after the key, ending in an exact zero.
    """
    time = seconds(frames + int(SAMPLE_RATE * release * 5))
    rise = 0.5 - 0.5 * np.cos(np.pi * np.minimum(time / attack, 1))
    fall = sustain + (1 - sustain) * np.exp(-np.maximum(time - attack, 0) / decay)
    held = rise * fall
    after = time >= frames / SAMPLE_RATE
    held[after] = held[min(frames, len(held) - 1)]
    return faded(held * released(time, frames / SAMPLE_RATE, release), 256)


def partials(hz: Signal, gain: PartialGain, phase: float, highest: float) -> Signal:
    """The sum of gain(k) * sin(k * angle) for every partial k below ``highest`` Hz.

    sin((k+1)a) = 2 cos(a) sin(ka) - sin((k-1)a): one sine and one cosine whatever the number.
    """
    frames = len(hz)
    angle = 2 * np.pi * np.cumsum(hz) / SAMPLE_RATE + phase
    grid = np.arange(0, frames + CONTROL_FRAMES, CONTROL_FRAMES)
    hz_on_grid = hz[np.minimum(grid, frames - 1)]
    frame = np.arange(frames)
    total = np.zeros(frames)
    before, now, twice_cos = np.zeros(frames), np.sin(angle), 2 * np.cos(angle)
    for k in range(1, max(1, int(highest / hz.max())) + 1):
        gains = gain(k, hz_on_grid * k, grid / SAMPLE_RATE)
        if np.abs(gains).max() > INAUDIBLE:
            total += np.interp(frame, grid, gains) * now
        before, now = now, twice_cos * now - before
    return total


def vibrato(time: Signal, cents: float, hz: float, turn: float, onset: float) -> Signal:
    """Cents to add to a pitch: a sine that grows in over 0.35 s after ``onset`` seconds."""
    depth = np.clip((time - onset) / 0.35, 0, 1)
    return cents * np.sin(2 * np.pi * (hz * time + turn)) * depth


def ratio(cents: Signal | float) -> Signal:
    """A pitch difference as a factor of frequency."""
    return np.asarray(2.0 ** (np.asarray(cents) / 1200))


def sweep(hz: Signal) -> Signal:
    """A sine whose frequency may change from frame to frame."""
    return np.sin(2 * np.pi * np.cumsum(hz) / SAMPLE_RATE)


def random_turn(rng: np.random.Generator) -> float:
    """A random phase in radians."""
    return 2 * math.pi * rng.random()
