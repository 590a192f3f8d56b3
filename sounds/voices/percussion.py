"""Hand drums, wood, metal, shakers; and two sounds without a pitch: a riser and old vinyl."""

from dataclasses import dataclass

import numpy as np

from sounds.filters import band_pass, filter_loop, filter_once, high_pass
from sounds.periodic import add, pan, silence
from sounds.timebase import FRAMES, SAMPLE_RATE, Signal, seconds
from sounds.voices.oscillator import attack, faded


@dataclass(frozen=True)
class Skin:
    """Conga, bongo, tom, log drum: three modes of a membrane and the hand's slap."""

    hz: float = 210
    decay: float = 0.16
    slap: float = 0.15
    drop: float = 0.18
    """How far above its pitch it starts, as a part of it."""

    def hit(self, velocity: float, rng: np.random.Generator) -> Signal:
        """One stroke of five decays, at least 0.35 s."""
        time = seconds(int(SAMPLE_RATE * max(0.35, 5 * self.decay)))
        turn = 2 * np.pi * np.cumsum(self.hz * (1 + self.drop * np.exp(-time / 0.02))) / SAMPLE_RATE
        tone = np.sin(turn) * np.exp(-time / self.decay)
        tone += 0.3 * np.sin(1.593 * turn) * np.exp(-time / (0.5 * self.decay))
        tone += 0.16 * np.sin(2.14 * turn) * np.exp(-time / (0.3 * self.decay))
        hand = filter_once(rng.standard_normal(len(time)), band_pass(6 * self.hz, 0.8))
        both = (tone + 2 * self.slap * hand * np.exp(-time / 0.012)) * attack(time, 0.0008)
        return faded(np.tanh(1.2 * both), 1024) * velocity


@dataclass(frozen=True)
class Block:
    """Wood block, rim, clave."""

    hz: float = 1100
    decay: float = 0.035

    def hit(self, velocity: float, rng: np.random.Generator) -> Signal:
        """One stroke of a quarter of a second."""
        time = seconds(SAMPLE_RATE // 4)
        tone = np.sin(2 * np.pi * self.hz * time) * np.exp(-time / self.decay)
        upper = np.sin(2 * np.pi * 1.51 * self.hz * time)
        tone += 0.5 * upper * np.exp(-time / (0.6 * self.decay))
        stick = filter_once(rng.standard_normal(len(time)), band_pass(2.2 * self.hz, 1.0))
        both = tone + 0.5 * stick * np.exp(-time / 0.006)
        return faded(both * attack(time, 0.0005), 512) * velocity


@dataclass(frozen=True)
class Bell:
    """A cowbell: two squares a slightly wide fifth apart, through a band-pass."""

    hz: float = 562
    decay: float = 0.09

    def hit(self, velocity: float, rng: np.random.Generator) -> Signal:
        """One stroke of half a second."""
        time = seconds(SAMPLE_RATE // 2)
        tone = np.zeros(len(time))
        for hz in (self.hz, 1.504 * self.hz):
            for k in (1, 3, 5, 7):
                tone += np.sin(2 * np.pi * hz * k * time) / k
        envelope = 0.6 * np.exp(-time / 0.012) + 0.5 * np.exp(-time / self.decay)
        tone = filter_once(tone, band_pass(1.6 * self.hz, 0.7)) * envelope
        return faded(tone * attack(time, 0.0006), 512) * velocity


@dataclass(frozen=True)
class Shaker:
    """Seeds thrown against the wall: noise that swells, then stops."""

    hz: float = 6500
    swell: float = 0.022
    decay: float = 0.04

    def hit(self, velocity: float, rng: np.random.Generator) -> Signal:
        """One shake of 0.2 s."""
        time = seconds(SAMPLE_RATE // 5)
        noise = rng.standard_normal(len(time))
        noise = filter_once(noise, band_pass(self.hz, 0.9), high_pass(3000, 0.7))
        swell = np.minimum(time / self.swell, 1) ** 1.7
        after = np.exp(-np.maximum(time - self.swell, 0) / self.decay)
        return faded(1.6 * noise * swell * after, 512) * velocity


@dataclass(frozen=True)
class Riser:
    """Noise whose band climbs (or falls) while it gets louder (or softer). Without a pitch."""

    low_hz: float = 400
    high_hz: float = 6000
    falling: bool = False

    def play(self, hz: float, frames: int, velocity: float, rng: np.random.Generator) -> Signal:
        """One rise over the whole length; the pitch makes no difference."""
        way = np.linspace(0, 1, frames)
        height = 1 - way if self.falling else way
        noise = rng.standard_normal(frames)
        centres = np.geomspace(self.low_hz, self.high_hz, 8)
        total = np.zeros(frames)
        for i, centre in enumerate(centres):
            weight = np.clip(1 - np.abs(height * (len(centres) - 1) - i), 0, 1)
            total += weight * filter_once(noise, band_pass(float(centre), 1.4))
        ends = np.clip(way / 0.01, 0, 1) * np.clip((1 - way) / 0.01, 0, 1)
        return total * height**2 * ends * velocity


@dataclass(frozen=True)
class Vinyl:
    """The dust and hiss of an old record, the whole loop through."""

    clicks_per_second: float = 26
    hiss: float = 0.02

    def fill(self, rng: np.random.Generator) -> Signal:
        """A stereo loop of it."""
        loop = silence()
        for _ in range(round(self.clicks_per_second * FRAMES / SAMPLE_RATE)):
            grain = 8 + int(52 * rng.random())
            band = band_pass(1800 + 4200 * rng.random(), 1.2)
            dust = filter_once(rng.standard_normal(6 * grain), band)
            # Most clicks are faint, a few stand out.
            dust *= np.exp(-np.arange(6 * grain) / grain) * rng.random() ** 3
            add(loop, pan(dust, 1.8 * rng.random() - 0.9), int(FRAMES * rng.random()))
        hiss = filter_loop(rng.standard_normal((2, FRAMES)), band_pass(4500, 0.4))
        return loop + self.hiss * hiss
