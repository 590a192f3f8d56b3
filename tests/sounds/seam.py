"""Is there a click where a loop begins again? Judged by what a loop's past does not foretell."""

import numpy as np
import numpy.typing as npt
from scipy import signal
from scipy.linalg import solve_toeplitz

from sounds.timebase import FRAMES, SAMPLE_RATE, STEP_FRAMES, STEPS, Signal

PREDICTOR_ORDER = 24
AROUND_FRAMES = SAMPLE_RATE // 1000


def residual(channel: Signal) -> Signal:
    """What a linear predictor fitted to the whole loop misses at each frame: clicks stand out."""
    power = np.abs(np.fft.rfft(channel)) ** 2
    correlation = np.fft.irfft(power, n=FRAMES)[: PREDICTOR_ORDER + 1]
    correlation[0] *= 1 + 1e-9
    predictor = solve_toeplitz(correlation[:-1], correlation[1:])
    whiten = np.concatenate([[1.0], -predictor])
    twice = signal.lfilter(whiten, [1.0], np.tile(channel, 2))
    return np.asarray(np.abs(twice[FRAMES:]))


def clicks(samples: npt.NDArray[np.int16]) -> Signal:
    """The largest residual within 1 ms of each of the 32 sixteenths; the first is the seam."""
    x = samples.T / 32_768
    missed = np.maximum(residual(x[0]), residual(x[1]))
    around = np.arange(-AROUND_FRAMES, AROUND_FRAMES)
    return np.array([missed[(step * STEP_FRAMES + around) % FRAMES].max() for step in range(STEPS)])


def is_seamless(samples: npt.NDArray[np.int16]) -> bool:
    """Whether the seam lies within the range of the loop's other sixteenths."""
    seam, *others = clicks(samples)
    return bool(seam <= max(others))
