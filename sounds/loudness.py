"""The loudness of an endless loop in LUFS (ITU-R BS.1770-4), and its shape in time.

A loop is measured as if it played for ever: the weighting is a product in its spectrum and the
400 ms blocks, a quarter of a block apart, run round the seam. 4.8 s are exactly 48 such blocks.
"""

import numpy as np

from sounds.filters import Biquad, filter_loop
from sounds.timebase import FRAMES, SAMPLE_RATE, Signal

# The K-weighting of BS.1770-4 at 48 kHz: the head's shelf, then the low cut.
HEAD = Biquad(
    (1.53512485958697, -2.69169618940638, 1.19839281085285),
    (1.0, -1.69065929318241, 0.73248077421585),
)
LOW_CUT = Biquad((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
OFFSET_DB = -0.691
HOP_FRAMES = SAMPLE_RATE // 10
HOPS_PER_BLOCK = 4
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0


def weighted_power(x: Signal, window: int) -> Signal:
    """The K-weighted power of both channels together, in windows of so many frames."""
    squares = filter_loop(x, HEAD, LOW_CUT) ** 2
    return np.asarray(squares.sum(axis=0).reshape(-1, window).mean(axis=1))


def _lufs(power: Signal) -> Signal:
    return np.asarray(OFFSET_DB + 10 * np.log10(np.maximum(power, 1e-20)))


def loudness(x: Signal) -> float:
    """The gated loudness of a stereo loop, in LUFS; -inf for silence."""
    hops = weighted_power(x, HOP_FRAMES)
    blocks = sum((np.roll(hops, -i) for i in range(HOPS_PER_BLOCK)), np.zeros_like(hops))
    blocks = blocks / HOPS_PER_BLOCK
    blocks = blocks[_lufs(blocks) > ABSOLUTE_GATE_LUFS]
    if not len(blocks):
        return float("-inf")
    gate = _lufs(np.array([blocks.mean()]))[0] + RELATIVE_GATE_LU
    return float(_lufs(np.array([blocks[_lufs(blocks) > gate].mean()]))[0])


ENVELOPE_STEPS = 96
ENVELOPE_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
STEVENS_EXPONENT = 0.3
"""Sensed loudness grows with about the 0.3rd power of sound power (S. S. Stevens)."""


def envelope(x: Signal) -> str:
    """How loud each 1/96 of the loop (50 ms) is felt, as base-36 digits; z is its loudest."""
    power = weighted_power(x, FRAMES // ENVELOPE_STEPS)
    felt = (power / power.max()) ** STEVENS_EXPONENT
    return "".join(ENVELOPE_DIGITS[round(35 * float(value))] for value in felt)
