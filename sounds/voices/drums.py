"""The drum kit: kick, snare, clap, hi-hat."""

from dataclasses import dataclass

import numpy as np

from sounds.filters import band_pass, filter_once, high_pass, low_pass
from sounds.timebase import SAMPLE_RATE, Signal, seconds
from sounds.voices.oscillator import attack, faded, random_turn, sweep

# Six inharmonic squares, in Hz: the cymbal of analogue drum machines, tuned by hand.
METAL_HZ = (2120.0, 3157.0, 3744.0, 4468.0, 5573.0, 8153.0)
CLAP_SECONDS = (0.0, 0.0105, 0.0205, 0.03)
"""When the hands meet: three short ones and the one that rings."""


@dataclass(frozen=True)
class Kick:
    """A sine that falls to its pitch, bent by a tanh, with a click."""

    end_hz: float = 48
    start_hz: float = 170
    decay: float = 0.17
    click: float = 0.25
    punch: float = 1.6

    def hit(self, velocity: float, rng: np.random.Generator) -> Signal:
        """One hit of 0.6 s."""
        time = seconds(int(SAMPLE_RATE * 0.6))
        fall = (self.start_hz - self.end_hz) * np.exp(-time / 0.02)
        hz = self.end_hz * (1 + 0.35 * np.exp(-time / 0.09)) + fall
        body = sweep(hz) * np.exp(-time / self.decay) * attack(time, 0.0012)
        body = np.tanh(body * self.punch) / np.tanh(self.punch)
        noise = filter_once(
            rng.standard_normal(len(time)), high_pass(1500, 0.7), low_pass(7000, 0.7)
        )
        return faded(body + self.click * noise * np.exp(-time / 0.004), 1024) * velocity


@dataclass(frozen=True)
class Snare:
    """Two modes of the head and the wires' noise."""

    hz: float = 185
    tone: float = 0.55
    noise: float = 0.8
    decay: float = 0.13
    low_cut: float = 900
    high_cut: float = 9000

    def hit(self, velocity: float, rng: np.random.Generator) -> Signal:
        """One hit of half a second."""
        time = seconds(SAMPLE_RATE // 2)
        turn = 2 * np.pi * np.cumsum(self.hz * (1 + 0.35 * np.exp(-time / 0.012))) / SAMPLE_RATE
        head = (np.sin(turn) + 0.55 * np.sin(1.62 * turn + 0.3)) * np.exp(-time / 0.08)
        cuts = high_pass(self.low_cut, 0.7), low_pass(self.high_cut, 0.7)
        wires = filter_once(rng.standard_normal(len(time)), *cuts)
        wires *= 0.75 * np.exp(-time / self.decay) + 0.5 * np.exp(-time / 0.018)
        both = (self.tone * head + self.noise * wires) * attack(time, 0.0008)
        return faded(np.tanh(1.3 * both), 1024) * velocity


@dataclass(frozen=True)
class Clap:
    """Three quick bursts of noise and one that rings."""

    hz: float = 1250
    decay: float = 0.11

    def hit(self, velocity: float, rng: np.random.Generator) -> Signal:
        """One clap of half a second."""
        time = seconds(SAMPLE_RATE // 2)
        envelope = np.zeros(len(time))
        decays = (0.0055, 0.0055, 0.0055, self.decay)
        for start, decay in zip(CLAP_SECONDS, decays, strict=True):
            burst = np.where(time >= start, np.exp(-np.maximum(time - start, 0) / decay), 0)
            envelope = np.maximum(envelope, burst)
        palms = filter_once(rng.standard_normal(len(time)), band_pass(self.hz, 0.9))
        air = filter_once(rng.standard_normal(len(time)), high_pass(2500, 0.7), low_pass(9500, 0.7))
        return faded(np.tanh(1.2 * (1.6 * palms + 0.35 * air) * envelope), 1024) * velocity


@dataclass(frozen=True)
class Hat:
    """Metal partials and noise, high-passed; a longer decay is an open hat."""

    decay: float = 0.035
    metal: float = 0.5
    low_cut: float = 6500

    def hit(self, velocity: float, rng: np.random.Generator) -> Signal:
        """One stroke, as long as nine decays."""
        time = seconds(int(SAMPLE_RATE * min(1.2, 9 * self.decay + 0.02)))
        metal = np.zeros(len(time))
        for hz in METAL_HZ:
            phase = random_turn(rng)
            metal += np.sin(2 * np.pi * hz * time + phase)
            if 3 * hz < 20_000:
                metal += np.sin(2 * np.pi * 3 * hz * time + phase) / 3
        both = self.metal * metal / 3 + (1 - self.metal) * rng.standard_normal(len(time))
        cuts = (
            high_pass(self.low_cut, 0.8),
            high_pass(0.9 * self.low_cut, 0.7),
            low_pass(15_000, 0.7),
        )
        envelope = np.exp(-time / self.decay) * attack(time, 0.0006)
        return faded(filter_once(both, *cuts) * envelope, 512) * velocity
