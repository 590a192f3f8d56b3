"""The committed files, as sound: lengths, levels, seams."""

from itertools import pairwise

import numpy as np
import pyloudnorm
import pytest
import soundfile

from sounds.files import SOUNDS_FOLDER, as_signal, loop_path
from sounds.limiter import decibels
from sounds.loudness import loudness
from sounds.rendering import FULL_SCALE, Samples
from sounds.score import LOOP_IDS
from sounds.timebase import FRAMES, SAMPLE_RATE
from tests.sounds.committed import KIT_IDS, LOOPS, samples
from tests.sounds.seam import is_seamless

loops = pytest.mark.parametrize(("kit_id", "part"), LOOPS)
LOUDEST_CHOICE_DBFS = -1.0
WITH_PITCH = ("bass", "chords", "lead", "pad", "vox")
QUIETEST_LUFS, LOUDEST_LUFS = -18.0, -16.5


@loops
def test_format(kit_id: str, part: str) -> None:
    info = soundfile.info(SOUNDS_FOLDER / loop_path(kit_id, part))
    assert (info.format, info.subtype) == ("FLAC", "PCM_16")
    assert (info.frames, info.samplerate, info.channels) == (FRAMES, SAMPLE_RATE, 2)
    assert FRAMES == 230_400


@loops
def test_loudness_by_an_independent_meter(kit_id: str, part: str) -> None:
    """Three times round, so that the meter's blocks cross the seam as a listener does."""
    found = samples(kit_id, part)
    meter = pyloudnorm.Meter(SAMPLE_RATE)
    measured = meter.integrated_loudness(np.tile(found / FULL_SCALE, (3, 1)))
    assert QUIETEST_LUFS <= measured <= LOUDEST_LUFS
    assert loudness(as_signal(found)) == pytest.approx(measured, abs=0.2)


@pytest.mark.parametrize("kit_id", KIT_IDS)
def test_no_choice_of_loops_is_too_loud(kit_id: str) -> None:
    """All 127, each from the one before by adding or taking away a single loop (a Gray code)."""
    parts = [samples(kit_id, part).astype(np.int32) for part in LOOP_IDS]
    codes = [i ^ (i >> 1) for i in range(1 << len(parts))]
    sounding = np.zeros_like(parts[0])
    loudest = 0
    for before, now in pairwise(codes):
        changed = before ^ now
        sign = 1 if now & changed else -1
        sounding += sign * parts[changed.bit_length() - 1]
        loudest = max(loudest, int(np.abs(sounding).max()))
    assert len(set(codes)) == 128
    assert decibels(loudest / FULL_SCALE) <= LOUDEST_CHOICE_DBFS


@loops
def test_the_seam_is_a_sixteenth_like_any_other(kit_id: str, part: str) -> None:
    assert is_seamless(samples(kit_id, part))


def cut(loop: Samples) -> Samples:
    """The loop drifting into a copy 29 ms early, as if rendered too short: it jumps at its seam."""
    early = np.roll(loop, -1400, axis=0)
    drift = np.linspace(0, 1, FRAMES)[:, np.newaxis]
    return np.round(loop * (1 - drift) + early * drift).astype(np.int16)


@pytest.mark.parametrize("kit_id", KIT_IDS)
@pytest.mark.parametrize("part", WITH_PITCH)
def test_a_cut_loop_is_found_out(kit_id: str, part: str) -> None:
    """The negative control, where no drum hits the seam harder than a cut would."""
    assert not is_seamless(cut(samples(kit_id, part)))
