"""Nothing knows where the loop begins: turned round, it sounds the same from another place."""

import numpy as np
import pytest

from sounds.effects import Effect
from sounds.effects.motion import Chorus, Pump, Tremolo, Wow
from sounds.effects.space import Echo, Reverb
from sounds.effects.tone import Compressor, Drive, Eq, Sweep
from sounds.filters import bell, filter_once, high_pass
from sounds.limiter import limiter_gain
from sounds.loudness import envelope, loudness
from sounds.periodic import add, convolve, folded, silence
from sounds.timebase import FRAMES, STEP_FRAMES, Signal, seeded

TURN = 5 * STEP_FRAMES + 4321


def bursts() -> Signal:
    """A loop whose loudest moment rings over the seam."""
    loop = silence()
    rng = seeded("bursts")
    for start in (20_000, 90_000, FRAMES - 700):
        burst = rng.standard_normal((2, 9600)) * np.exp(-np.arange(9600) / 2000)
        add(loop, 0.2 * burst, start)
    return loop


@pytest.mark.parametrize(
    "effect",
    [
        Eq(high_pass(200), bell(900, 0.7, 6)),
        Drive(amount=3, mix=0.7),
        Compressor(ratio=3),
        Reverb(wet=0.3, decay=6.5, name="hall"),
        Echo(steps=3, feedback=0.5, wet=0.4),
    ],
    ids=lambda effect: type(effect).__name__,
)
def test_still_effects_turn_with_the_loop(effect: Effect) -> None:
    """The reverb's tail is longer than the loop: it comes round twice."""
    turned_after = np.roll(effect(bursts()), TURN, axis=-1)
    turned_before = effect(np.roll(bursts(), TURN, axis=-1))
    assert np.allclose(turned_after, turned_before, atol=1e-9)


def test_a_cut_tail_does_not_turn_with_the_loop() -> None:
    """The negative control: a filter that starts from silence knows where the loop begins."""

    def filtered(x: Signal) -> Signal:
        return filter_once(x, bell(900, 8, 12))

    turned_after = np.roll(filtered(bursts()), TURN, axis=-1)
    assert not np.allclose(turned_after, filtered(np.roll(bursts(), TURN, axis=-1)), atol=1e-9)


@pytest.mark.parametrize(
    ("effect", "cycles"),
    [
        (Chorus(depth=0.003, cycles=0, wet=0.5), 1),
        (Wow(depth=0.0006, cycles=3), 3),
        (Tremolo(depth=0.2, cycles=24), 24),
        (Sweep(low_hz=900, high_hz=4000, cycles=2), 2),
        (Pump(steps=(0, 8, 16, 24), depth=0.5), 4),
    ],
    ids=lambda value: type(value).__name__,
)
def test_moving_effects_turn_by_a_whole_cycle(effect: Effect, cycles: int) -> None:
    turn = FRAMES // cycles
    turned_after = np.roll(effect(bursts()), turn, axis=-1)
    turned_before = effect(np.roll(bursts(), turn, axis=-1))
    assert np.allclose(turned_after, turned_before, atol=1e-9)


def test_convolution_is_the_steady_state_of_the_endless_loop() -> None:
    loop = bursts()[0]
    impulse = seeded("impulse").standard_normal(2 * FRAMES) * np.exp(
        -np.arange(2 * FRAMES) / 20_000
    )
    endless = np.tile(loop, 4)
    spectrum = np.fft.rfft(endless, 8 * FRAMES) * np.fft.rfft(impulse, 8 * FRAMES)
    fourth_time = np.fft.irfft(spectrum)[3 * FRAMES : 4 * FRAMES]
    assert np.allclose(convolve(loop, impulse), fourth_time, atol=1e-6)


def test_a_sound_past_the_end_comes_in_at_the_start() -> None:
    sound = np.arange(1.0, 6.0)
    loop = np.zeros(FRAMES)
    add(loop, sound, FRAMES - 2)
    assert loop[-2:].tolist() == [1, 2]
    assert loop[:4].tolist() == [3, 4, 5, 0]
    early = np.zeros(FRAMES)
    add(early, sound, -2)
    assert np.array_equal(early, loop)
    assert folded(np.ones(3 * FRAMES), 7).tolist() == [3.0] * FRAMES


def test_the_limiter_keeps_the_ceiling_and_turns_with_the_loop() -> None:
    peaks = np.abs(bursts()).max(axis=0) * 4
    gain = limiter_gain(peaks, 0.5)
    assert (peaks * gain).max() <= 0.5
    assert gain.max() <= 1
    assert gain.min() > 0
    assert np.allclose(np.roll(gain, TURN), limiter_gain(np.roll(peaks, TURN), 0.5), atol=1e-9)
    assert np.array_equal(limiter_gain(peaks, peaks.max()), np.ones(FRAMES))


def test_loudness_of_a_reference() -> None:
    """BS.1770: a 997 Hz sine at full scale in one channel is -3.01 LUFS."""
    cycles = round(997 * 4.8)
    sine = np.sin(2 * np.pi * cycles * np.arange(FRAMES) / FRAMES)
    one_channel = np.vstack([sine, np.zeros(FRAMES)])
    assert loudness(one_channel) == pytest.approx(-3.01, abs=0.02)
    assert loudness(0.1 * one_channel) == pytest.approx(-23.01, abs=0.02)
    assert loudness(silence()) == float("-inf")


def test_an_envelope_shows_where_the_sound_is() -> None:
    loop = silence()
    loop[:, FRAMES // 2 : FRAMES // 2 + 2400] = seeded("noise").standard_normal((2, 2400)) * 0.1
    shape = envelope(loop)
    assert len(shape) == 96
    assert shape[48] == "z"
    assert set(shape[:47] + shape[52:]) == {"0"}
