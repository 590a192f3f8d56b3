"""Second-order filters, on a loop (without a seam) and on a single sound.

The coefficients are the usual bilinear ones of R. Bristow-Johnson's audio EQ cookbook.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import signal

from sounds.timebase import FRAMES, SAMPLE_RATE, Signal

Spectrum = npt.NDArray[np.complex128]

BIN_HZ: Signal = np.arange(FRAMES // 2 + 1, dtype=np.float64) * SAMPLE_RATE / FRAMES
ONE_FRAME: Spectrum = np.exp(-2j * np.pi * BIN_HZ / SAMPLE_RATE)
"""z^-1 at every bin."""
BUTTERWORTH_Q = math.sqrt(0.5)


@dataclass(frozen=True)
class Biquad:
    """One second-order section: numerator and denominator in z^-1, the latter starting with 1."""

    b: tuple[float, float, float]
    a: tuple[float, float, float]


@lru_cache(maxsize=16)
def response(section: Biquad) -> Spectrum:
    """The complex gain at every bin of a loop's spectrum. Kept, as the meter asks often."""
    above = section.b[0] + ONE_FRAME * (section.b[1] + ONE_FRAME * section.b[2])
    below = section.a[0] + ONE_FRAME * (section.a[1] + ONE_FRAME * section.a[2])
    return np.asarray(above / below)


def _section(b: tuple[float, ...], a: tuple[float, ...]) -> Biquad:
    b0, b1, b2 = (value / a[0] for value in b)
    return Biquad((b0, b1, b2), (1.0, a[1] / a[0], a[2] / a[0]))


def _angle(hz: float, q: float) -> tuple[float, float]:
    """The cosine of the corner's angle, and alpha, of the cookbook."""
    angle = 2 * math.pi * hz / SAMPLE_RATE
    return math.cos(angle), math.sin(angle) / (2 * q)


def low_pass(hz: float, q: float = BUTTERWORTH_Q) -> Biquad:
    """12 dB per octave above the corner."""
    c, alpha = _angle(hz, q)
    return _section(((1 - c) / 2, 1 - c, (1 - c) / 2), (1 + alpha, -2 * c, 1 - alpha))


def high_pass(hz: float, q: float = BUTTERWORTH_Q) -> Biquad:
    """12 dB per octave below the corner."""
    c, alpha = _angle(hz, q)
    return _section(((1 + c) / 2, -1 - c, (1 + c) / 2), (1 + alpha, -2 * c, 1 - alpha))


def band_pass(hz: float, q: float) -> Biquad:
    """0 dB at the centre, 6 dB per octave either side."""
    c, alpha = _angle(hz, q)
    return _section((alpha, 0.0, -alpha), (1 + alpha, -2 * c, 1 - alpha))


def bell(hz: float, q: float, db: float) -> Biquad:
    """A bump or a dip of so many dB."""
    c, alpha = _angle(hz, q)
    gain = 10 ** (db / 40)
    return _section(
        (1 + alpha * gain, -2 * c, 1 - alpha * gain), (1 + alpha / gain, -2 * c, 1 - alpha / gain)
    )


def _shelf(hz: float, db: float, side: int) -> Biquad:
    c, alpha = _angle(hz, BUTTERWORTH_Q)
    g = 10 ** (db / 40)
    c, slope = side * c, 2 * math.sqrt(g) * alpha
    b = (g * (g + 1 - (g - 1) * c + slope), 2 * g * side * (g - 1 - (g + 1) * c))
    a = (g + 1 + (g - 1) * c + slope, -2 * side * (g - 1 + (g + 1) * c))
    return _section(
        (*b, g * (g + 1 - (g - 1) * c - slope)),
        (*a, g + 1 + (g - 1) * c - slope),
    )


def low_shelf(hz: float, db: float) -> Biquad:
    """So many dB below the corner."""
    return _shelf(hz, db, 1)


def high_shelf(hz: float, db: float) -> Biquad:
    """So many dB above the corner."""
    return _shelf(hz, db, -1)


def filter_loop(x: Signal, *sections: Biquad) -> Signal:
    """The filters' steady state on the endless loop."""
    gain = np.ones(len(BIN_HZ), dtype=np.complex128)
    for section in sections:
        gain = gain * response(section)
    return np.fft.irfft(np.fft.rfft(x, axis=-1) * gain, n=FRAMES, axis=-1)


def filter_once(x: Signal, *sections: Biquad) -> Signal:
    """The filters on a sound that starts from silence; the tail past its end is dropped."""
    for section in sections:
        x = signal.lfilter(section.b, section.a, x)
    return x


def recursion(feedback: Signal, x: Signal) -> Signal:
    """y[n] = x[n] - sum of feedback[k] * y[n - k] for k >= 1; ``feedback[0]`` must be 1."""
    return np.asarray(signal.lfilter([1.0], feedback, x), dtype=np.float64)


def smooth_once(x: Signal, seconds: float) -> Signal:
    """A one-pole low-pass with the given time constant."""
    keep = math.exp(-1 / (SAMPLE_RATE * seconds))
    return np.asarray(signal.lfilter([1 - keep], [1, -keep], x), dtype=np.float64)
