"""Every instrument sounds at its pitch, and the loops keep to the white keys as sound."""

import numpy as np
import pytest

from sounds.files import as_signal
from sounds.kits import KITS
from sounds.notation import SEMITONES, hertz
from sounds.score import Phrase
from sounds.timebase import SAMPLE_RATE, Signal, seeded
from tests.sounds.committed import KIT_IDS, samples

PHRASES = [
    pytest.param(phrase, id=f"{kit.id}-{part}-{i}")
    for kit in KITS
    for part, loop in kit.loops.items()
    for i, phrase in enumerate(loop.phrases())
]
SEARCH_CENTS = np.arange(-80, 81, 2)
IN_TUNE_CENTS = 12
"""An ensemble's members are up to 13 cents out on purpose; together they must not be."""


def sounding_cents(sound: Signal, hz: float) -> float:
    """How far a sound lies from its pitch: where a comb of its partials finds most energy."""
    window = np.hanning(len(sound))
    frames = 1 << 18
    power = np.abs(np.fft.rfft(sound * window, frames)) ** 2
    power = np.convolve(power, np.hanning(15), "same")
    found = []
    for cents in SEARCH_CENTS:
        partials = hz * 2 ** (cents / 1200) * np.arange(1, 5)
        found.append(power[np.round(partials * frames / SAMPLE_RATE).astype(int)].sum())
    return float(SEARCH_CENTS[int(np.argmax(found))])


@pytest.mark.parametrize("phrase", PHRASES)
def test_an_instrument_is_in_tune(phrase: Phrase) -> None:
    """Half a second of its lowest and its highest note, after the attack."""
    pitches = [pitch for note in phrase.notes() for pitch in note.pitches]
    for pitch in {min(pitches), max(pitches)}:
        sound = phrase.instrument.play(hertz(pitch), SAMPLE_RATE // 2, 0.8, seeded("tuning"))
        settled = sound[SAMPLE_RATE // 10 : SAMPLE_RATE // 2]
        assert abs(sounding_cents(settled, hertz(pitch))) <= IN_TUNE_CENTS


def off_scale(x: Signal, transposed: int = 0) -> float:
    """The part of the energy from 110 to 2500 Hz that is nearest to a black key."""
    power = (np.abs(np.fft.rfft(x, axis=-1)) ** 2).sum(axis=0)
    hz = np.fft.rfftfreq(x.shape[-1], 1 / SAMPLE_RATE)
    heard = (hz > 110) & (hz < 2500)
    keys = (np.round(12 * np.log2(hz[heard] / 440)).astype(int) + 9 + transposed) % 12
    white = np.isin(keys, list(SEMITONES.values()))
    return float(power[heard][~white].sum() / power[heard].sum())


@pytest.mark.parametrize("kit_id", KIT_IDS)
@pytest.mark.parametrize("part", ["chords", "lead", "pad", "vox"])
def test_a_loop_sounds_on_the_scale(kit_id: str, part: str) -> None:
    x = as_signal(samples(kit_id, part))
    assert off_scale(x) < 0.12
    assert off_scale(x, transposed=1) > 0.3, "the control: a semitone up it would be off"
