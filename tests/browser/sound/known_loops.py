"""The loops a test knows, and what can be said of a recording by comparing it with them."""

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

Samples = npt.NDArray[np.float64]

SOUNDS = Path(__file__).resolve().parents[3] / "jams/static/jams/sounds"
FRAMES = 230_400
RATE = 48_000
LOOP_MS = FRAMES * 1000 / RATE
# The master bus is at -6 dB; see bus.js.
MASTER_GAIN = 0.5
# 32-bit floats through a gain, a sum and the clip's curve; a loop's peak is around 0.25 there.
EXACT = 1e-4
# A fade is 12 ms; see take.js.
FADE_FRAMES = 576
LOOP_IDS = ("drums", "percussion", "bass", "chords", "lead", "pad", "vox")


@cache
def known_loop(kit: str, loop: str) -> Samples:
    """The left channel of a loop's file, full scale being 1."""
    samples, rate = soundfile.read(SOUNDS / kit / f"{loop}.flac", always_2d=True)
    assert (len(samples), rate) == (FRAMES, RATE)
    left: Samples = samples[:, 0]
    return left


def known_sum(kit: str, loops: list[str]) -> Samples:
    """Several loops at once as the master bus carries them."""
    total: Samples = np.sum([known_loop(kit, loop) for loop in loops], axis=0)
    return MASTER_GAIN * total


def expected(kit: str, loops: list[str], position: int, frames: int) -> Samples:
    """What the master bus carries from a position in the loop on."""
    return np.take(known_sum(kit, loops), np.arange(position, position + frames), mode="wrap")


@dataclass(frozen=True, slots=True)
class Recording:
    """What left the master bus from a frame of the context on."""

    frame: int
    samples: Samples
    zero: int  # the transport's own: the frame at which cycle 0 began

    @property
    def position(self) -> int:
        """Where in the loop the engine believes the recording to begin."""
        return (self.frame - self.zero) % FRAMES

    @property
    def peak(self) -> float:
        """The largest sample, or 0.0 of none."""
        return float(np.abs(self.samples).max(initial=0.0))

    def part(self, start: int, end: int | None = None) -> "Recording":
        """From one frame of the context up to another."""
        stop = None if end is None else end - self.frame
        samples = self.samples[start - self.frame : stop]
        return Recording(start, samples, self.zero)


def difference(recording: Recording, kit: str, loops: list[str]) -> float:
    """The largest difference between a recording and what these loops must sound like."""
    known = expected(kit, loops, recording.position, len(recording.samples))
    return float(np.abs(recording.samples - known).max())


@dataclass(frozen=True, slots=True)
class Analysis:
    """The gain of each known loop, and what none of them explains, in dB of the whole."""

    gains: dict[str, float]
    left_over_db: float

    def sounding(self) -> list[str]:
        """The loops at full gain. Fails if any is neither at 1 nor at 0, or more is left over."""
        assert self.left_over_db < -60, self
        for gain in self.gains.values():
            assert abs(gain) < 0.01 or abs(gain - 1) < 0.01, self
        return [loop for loop, gain in self.gains.items() if gain > 0.5]


def analyse(recording: Recording, kit: str, position: int | None = None) -> Analysis:
    """Explain a recording as a sum of the kit's loops, by least squares, at a loop position."""
    samples = recording.samples
    start = recording.position if position is None else position
    columns = [expected(kit, [loop], start, len(samples)) for loop in LOOP_IDS]
    matrix = np.stack(columns, axis=1)
    gains, *_ = np.linalg.lstsq(matrix, samples, rcond=None)
    rest = samples - matrix @ gains
    left_over = 10 * math.log10((rest @ rest + 1e-20) / (samples @ samples + 1e-20))
    return Analysis(dict(zip(LOOP_IDS, gains.tolist(), strict=True)), left_over)


def found_position(recording: Recording, kit: str, loops: list[str]) -> int:
    """Where in the loop a recording begins, with no help from the page's own idea of time."""
    samples, reference = recording.samples, known_sum(kit, loops)
    padded = np.concatenate([samples, np.zeros(FRAMES - len(samples))])
    products = np.fft.irfft(np.conj(np.fft.rfft(padded)) * np.fft.rfft(reference), FRAMES)
    energy = np.cumsum(np.concatenate([[0.0], np.tile(reference, 2) ** 2]))
    window = energy[np.arange(FRAMES) + len(samples)] - energy[:FRAMES]
    return int(np.argmin(window - 2 * products))
