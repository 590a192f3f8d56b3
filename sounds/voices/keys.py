"""Struck and plucked things: the electric piano, bars and bells, strings."""

import math
from dataclasses import dataclass

import numpy as np

from sounds.filters import band_pass, filter_once, recursion
from sounds.timebase import SAMPLE_RATE, Signal, seconds
from sounds.voices.oscillator import attack, faded, released

MIDDLE_C_HZ = 262.0
CONCERT_A_HZ = 440.0


@dataclass(frozen=True)
class ElectricPiano:
    """Frequency modulation: a 1:1 pair for the body, a high tine that dies fast."""

    brightness: float = 1.0
    release: float = 0.18

    def play(self, hz: float, frames: int, velocity: float, rng: np.random.Generator) -> Signal:
        """One key; harder is brighter as well as louder."""
        time = seconds(frames + int(SAMPLE_RATE * self.release * 5))
        turn = 2 * np.pi * hz * time
        index = self.brightness * velocity * min(1.0, (400 / hz) ** 0.4)
        bend = index * (0.25 + 1.25 * np.exp(-time / 0.35))
        tone = np.sin(turn + bend * np.sin(turn))
        tone += 0.35 * np.sin(1.0015 * turn + 0.5 * bend * np.sin(2 * turn))
        tine = 14 if 14 * hz <= 9000 else 7
        if tine * hz < 11_000:
            level = 0.16 * velocity * self.brightness
            tone += level * np.sin(tine * turn) * np.exp(-time / 0.07)
        body = np.exp(-time / (1.9 * (MIDDLE_C_HZ / hz) ** 0.35))
        envelope = attack(time, 0.003) * body * released(time, frames / SAMPLE_RATE, self.release)
        return faded(tone * envelope * velocity, 256)


@dataclass(frozen=True)
class Mode:
    """One way a bar rings: its ratio to the pitch, its level, its decay at A4 in seconds."""

    ratio: float
    level: float
    decay: float


@dataclass(frozen=True)
class Bar:
    """A struck bar that rings on after its key: kalimba, marimba, bell."""

    modes: tuple[Mode, ...]
    click: float = 0.05
    """The mallet's noise."""
    ring_seconds: float = 2.0

    def play(self, hz: float, frames: int, velocity: float, rng: np.random.Generator) -> Signal:
        """One stroke; harder brings out the higher modes. The length held makes no difference."""
        time = seconds(int(SAMPLE_RATE * self.ring_seconds))
        shorter = (CONCERT_A_HZ / hz) ** 0.4
        tone = np.zeros(len(time))
        for mode in self.modes:
            if hz * mode.ratio < 16_000:
                level = mode.level * velocity ** (0.5 + 0.2 * math.sqrt(mode.ratio))
                ring = np.exp(-time / (mode.decay * shorter))
                tone += level * np.sin(2 * np.pi * hz * mode.ratio * time) * ring
        noise = filter_once(rng.standard_normal(2400), band_pass(min(4 * hz, 5000), 0.8))
        tone[:2400] += 3 * self.click * velocity * noise * np.exp(-seconds(2400) / 0.006)
        return faded(tone * attack(time, 0.0012) * velocity, 2048)


@dataclass(frozen=True)
class String:
    """A plucked string after Karplus and Strong, tuned between the frames."""

    brightness: float = 0.5
    """0-1: the opening of a one-pole low-pass on the pick's noise."""
    ring: float = 0.996
    """What is left of a period at A2; a higher string loses less each time."""
    position: float = 0.21
    """Where it is plucked, as a part of its length."""
    damping: float = 0.08
    """Seconds the finger takes to stop it."""

    def play(self, hz: float, frames: int, velocity: float, rng: np.random.Generator) -> Signal:
        """One pluck."""
        period = SAMPLE_RATE / hz - 0.5  # the averaging below delays by half a frame itself
        whole = int(period)
        between = period - whole
        pick = recursion(np.array([1, self.brightness - 1]), rng.standard_normal(whole + 1))
        pick -= pick.mean()
        pick -= np.roll(pick, max(1, int(self.position * whole)))
        length = frames + int(SAMPLE_RATE * self.damping * 6)
        excitation = np.zeros(length)
        excitation[: whole + 1] = pick / np.abs(pick).max()
        kept = self.ring ** min(1.0, 110 / hz)
        feedback = np.zeros(whole + 3)
        feedback[0] = 1
        feedback[whole : whole + 3] = -kept * np.array([(1 - between) / 2, 0.5, between / 2])
        string = recursion(feedback, excitation)
        stopped = released(seconds(length), frames / SAMPLE_RATE, self.damping)
        return faded(string * stopped * velocity, 256)
