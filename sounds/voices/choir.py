"""Sung vowels: a source of partials through the formants of a throat."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sounds.filters import band_pass, filter_once
from sounds.timebase import Signal, seconds
from sounds.voices.oscillator import adsr, partials, random_turn, ratio, vibrato

Vowel = Literal["ah", "oh", "oo", "eh"]

# Each formant's centre in Hz, level, width in Hz: rounded textbook averages of adult voices.
FORMANTS: dict[Vowel, tuple[tuple[float, float, float], ...]] = {
    "ah": ((730, 1.0, 90), (1090, 0.5, 110), (2440, 0.12, 160), (3400, 0.05, 200)),
    "oh": ((500, 1.0, 80), (850, 0.45, 100), (2410, 0.06, 160), (3300, 0.03, 200)),
    "oo": ((320, 1.0, 70), (800, 0.22, 90), (2240, 0.03, 150), (3200, 0.012, 200)),
    "eh": ((550, 1.0, 80), (1770, 0.4, 120), (2490, 0.18, 160), (3500, 0.06, 200)),
}
SOURCE_SLOPE = 0.9
HIGHEST_SUNG_HZ = 7000.0


def throat(hz: Signal, vowel: Vowel) -> Signal:
    """The gain of a vowel's formants at the given frequencies."""
    total = np.zeros_like(hz)
    for centre, level, width in FORMANTS[vowel]:
        total += level / np.sqrt(1 + ((hz - centre) / (1.1 * width)) ** 2)
    return total


@dataclass(frozen=True)
class Choir:
    """A few singers in unison, each a little out of tune and with a vibrato of their own."""

    begins: Vowel = "oo"
    ends: Vowel = "ah"
    morph: float = 0.25
    """Seconds from the first vowel to the second."""
    singers: int = 3
    attack: float = 0.05
    release: float = 0.12
    vibrato: float = 18
    """Cents."""
    scoop: float = 40
    """Cents below the pitch where a note starts."""
    breath: float = 0.03

    def play(self, hz: float, frames: int, velocity: float, rng: np.random.Generator) -> Signal:
        """One note sung."""
        envelope = adsr(frames, self.attack, 0.6, 0.8, self.release)
        time = seconds(len(envelope))
        total = np.zeros(len(time))
        for _ in range(self.singers):
            total += self._singer(hz, time, rng)
        total /= math.sqrt(self.singers)
        air = filter_once(rng.standard_normal(len(time)), band_pass(1800, 0.6))
        return (total + self.breath * air) * envelope * velocity

    def _singer(self, hz: float, time: Signal, rng: np.random.Generator) -> Signal:
        cents = 7 * rng.standard_normal() - self.scoop * np.exp(-time / 0.05)
        rate = 5 + 0.35 * rng.standard_normal()
        cents = cents + vibrato(time, self.vibrato, rate, rng.random(), 0.15)

        def gain(k: int, partial_hz: Signal, at: Signal) -> Signal:
            mix = np.clip(at / self.morph, 0, 1)
            vowel = (
                throat(partial_hz, self.begins) * (1 - mix) + throat(partial_hz, self.ends) * mix
            )
            return np.asarray(vowel / k**SOURCE_SLOPE)

        return partials(hz * ratio(cents), gain, random_turn(rng), HIGHEST_SUNG_HZ)
