"""A look-ahead peak limiter without a seam."""

import math

import numpy as np
from scipy import ndimage

from sounds.timebase import FRAMES, SAMPLE_RATE, Signal

LOOK_AHEAD_SECONDS = 0.003
RELEASE_SECONDS = 0.06


def amplitude(db: float) -> float:
    """dBFS as an amplitude; 0 dBFS is 1."""
    return float(10 ** (db / 20))


def decibels(value: float) -> float:
    """An amplitude in dBFS; silence is -200."""
    return float(20 * math.log10(max(value, 1e-10)))


def limiter_gain(peaks: Signal, ceiling: float) -> Signal:
    """The gain (0-1) of every frame that keeps ``peaks * gain <= ceiling``.

    1. The gain each frame needs. 2. Its minimum over the look-ahead either side. 3. A smooth
    average over the same width: every minimum averaged covers the frame, so none exceeds its
    need. 4. An exponential release, run twice round the loop, the second turn kept.
    """
    need = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9))
    if need.min() >= 1:
        return np.ones(FRAMES)
    reach = int(SAMPLE_RATE * LOOK_AHEAD_SECONDS)
    width = 2 * reach + 1
    lowest = ndimage.minimum_filter1d(need, width, mode="wrap")
    window = np.hanning(width + 2)[1:-1]
    kernel = np.zeros(FRAMES)
    kernel[:width] = window / window.sum()
    spectrum = np.fft.rfft(lowest) * np.fft.rfft(np.roll(kernel, -reach))
    attacked = np.minimum(np.fft.irfft(spectrum, n=FRAMES), need)
    return 1 - _released(1 - attacked)


def _released(reduction: Signal) -> Signal:
    """The reduction held up by an exponential decay: max over the past of r[k] * keep**(n - k).

    A running maximum in the logarithm, where the decay is a straight line.
    """
    twice = np.log(np.maximum(np.tile(reduction, 2), 1e-12))
    decay = np.arange(2 * FRAMES) / (SAMPLE_RATE * RELEASE_SECONDS)
    held = np.exp(np.maximum.accumulate(twice + decay) - decay)
    return np.maximum(held[FRAMES:], reduction)
