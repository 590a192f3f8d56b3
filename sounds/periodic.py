"""Arithmetic on one period: what keeps the seam from existing."""

import math

import numpy as np

from sounds.timebase import FRAMES, SAMPLE_RATE, Signal

OVERSAMPLING = 4


def silence() -> Signal:
    """A stereo loop of zeros."""
    return np.zeros((2, FRAMES))


def folded(sound: Signal, start: int = 0) -> Signal:
    """A sound of any length laid over the loop from ``start``, wrapping round if need be."""
    start %= FRAMES
    end = start + sound.shape[-1]
    turns = -(-end // FRAMES)
    unrolled = np.zeros((*sound.shape[:-1], turns * FRAMES))
    unrolled[..., start:end] = sound
    return np.asarray(unrolled.reshape(*sound.shape[:-1], turns, FRAMES).sum(axis=-2))


def add(loop: Signal, sound: Signal, start: int) -> None:
    """Add a sound to the loop in place, from a frame on, wrapping round."""
    start %= FRAMES
    end = start + sound.shape[-1]
    if end <= FRAMES:
        loop[..., start:end] += sound
    else:
        loop += folded(sound, start)


def convolve(loop: Signal, impulse: Signal) -> Signal:
    """The endless loop through an impulse response of any length: its tail is in the start."""
    product = np.fft.rfft(loop, axis=-1) * np.fft.rfft(folded(impulse), axis=-1)
    return np.fft.irfft(product, n=FRAMES, axis=-1)


def sine(cycles: int, turn: float = 0.0) -> Signal:
    """A slow sine with a whole number of cycles in the loop; ``turn`` (0-1) is its phase."""
    return np.sin(2 * np.pi * (np.arange(FRAMES) / FRAMES * cycles + turn))


def delayed(x: Signal, delay_seconds: Signal) -> Signal:
    """One channel read at a delay that varies from frame to frame (cubic interpolation)."""
    position = np.arange(FRAMES) - delay_seconds * SAMPLE_RATE
    whole = np.floor(position).astype(np.int64)
    f = position - whole
    before, at, after, later = (x[(whole + offset) % FRAMES] for offset in (-1, 0, 1, 2))
    c1 = (after - before) / 2
    c2 = before - 2.5 * at + 2 * after - later / 2
    c3 = (later - before) / 2 + 1.5 * (at - after)
    return np.asarray(((c3 * f + c2) * f + c1) * f + at)


def saturate(x: Signal, amount: float) -> Signal:
    """tanh(amount * x) / tanh(amount), at four times the rate so that little folds back."""
    spectrum = np.fft.rfft(x, axis=-1)
    fine = np.fft.irfft(spectrum, n=FRAMES * OVERSAMPLING, axis=-1) * OVERSAMPLING
    bent = np.fft.rfft(np.tanh(amount * fine) / math.tanh(amount), axis=-1)
    return np.fft.irfft(bent[..., : FRAMES // 2 + 1], n=FRAMES, axis=-1) / OVERSAMPLING


def pan(mono: Signal, position: float) -> Signal:
    """A mono sound in stereo at equal power; -1 is left, 0 the middle, 1 right."""
    if position == 0:  # exactly equal channels compress to half the size
        return np.vstack([mono, mono]) * math.sqrt(0.5)
    angle = (position + 1) * math.pi / 4
    return np.vstack([mono * math.cos(angle), mono * math.sin(angle)])
