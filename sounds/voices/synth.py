"""The subtractive synthesiser, built additively: each partial is weighed by the filter's curve."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sounds.timebase import Signal, seconds
from sounds.voices.oscillator import (
    HIGHEST_PARTIAL_HZ,
    adsr,
    partials,
    random_turn,
    ratio,
    sweep,
    vibrato,
)

Wave = Literal["saw", "triangle", "pulse"]
KEY_TRACKING_FROM_HZ = 220.0
VIBRATO_HZ = 5.2
VIBRATO_ONSET_SECONDS = 0.12


def harmonic(wave: Wave, k: int, width: float) -> float:
    """The k-th Fourier coefficient of a wave; ``width`` is a pulse's duty."""
    if wave == "saw":
        return 1 / k
    if wave == "pulse":
        return math.sin(math.pi * k * width) / k
    return (1 if k % 4 == 1 else -1) / k**2 if k % 2 else 0.0


def filter_gain(hz: Signal, cutoff: Signal, q: float, poles: int) -> Signal:
    """The magnitude of a resonant low-pass of two or four poles."""
    x = hz / cutoff
    gain = 1 / np.sqrt((1 - x * x) ** 2 + (x / q) ** 2)
    return gain / (1 + x * x) if poles == 4 else gain


@dataclass(frozen=True)
class Synth:
    """Detuned oscillators through a low-pass with its own envelope."""

    wave: Wave = "saw"
    width: float = 0.3
    """Duty of the pulse, 0-1."""
    detune: tuple[float, ...] = (0,)
    """One oscillator each, in cents."""
    attack: float = 0.005
    decay: float = 0.2
    sustain: float = 0.6
    release: float = 0.1
    cutoff: float = 1200
    """Hz, for A3; follows the key by ``tracking``."""
    sweep: float = 0
    """Hz added to the cutoff at a full-velocity note's start..."""
    sweep_decay: float = 0.18
    """... dying with this time constant in seconds."""
    q: float = 0.9
    poles: Literal[2, 4] = 4
    tracking: float = 0.3
    vibrato: float = 0
    """Cents."""
    sub: float = 0
    """A sine at the pitch itself, under the filter."""
    scoop: float = 0
    """Semitones above the pitch where a note starts..."""
    scoop_seconds: float = 0.012
    """... gliding down with this time constant."""

    def play(self, hz: float, frames: int, velocity: float, rng: np.random.Generator) -> Signal:
        """One note; several oscillators start at random phases."""
        envelope = adsr(frames, self.attack, self.decay, self.sustain, self.release)
        time = seconds(len(envelope))
        cents = vibrato(time, self.vibrato, VIBRATO_HZ, 0, VIBRATO_ONSET_SECONDS)
        cents = cents + 100 * self.scoop * np.exp(-time / self.scoop_seconds)
        pitch = hz * ratio(cents)
        tracking = (hz / KEY_TRACKING_FROM_HZ) ** self.tracking

        def gain(k: int, partial_hz: Signal, at: Signal) -> Signal:
            swept = self.cutoff + self.sweep * velocity * np.exp(-at / self.sweep_decay)
            level = harmonic(self.wave, k, self.width)
            return level * filter_gain(partial_hz, swept * tracking, self.q, self.poles)

        total = np.zeros(len(time))
        for cents_off in self.detune:
            phase = random_turn(rng) if len(self.detune) > 1 else 0.0
            total += partials(pitch * ratio(cents_off), gain, phase, HIGHEST_PARTIAL_HZ)
        total /= math.sqrt(len(self.detune))
        if self.sub:
            total += self.sub * sweep(pitch)
        return total * envelope * velocity
