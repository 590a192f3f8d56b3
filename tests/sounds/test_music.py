"""The rules of sounds/kits/__init__.py, on the data."""

from itertools import combinations, product

import pytest

from sounds.kits import KITS, REGISTERS
from sounds.notation import SEMITONES, Note, midi, read_beat
from sounds.score import LOOP_IDS, Beat, Kit
from sounds.timebase import STEPS, STEPS_PER_BAR

kits = pytest.mark.parametrize("kit", KITS, ids=lambda kit: kit.id)
WHITE_KEYS = set(SEMITONES.values())
OCTAVE = 12


def pitch_classes(names: str) -> set[int]:
    return {SEMITONES[name] for name in names.split()}


def notes(kit: Kit, part: str) -> list[Note]:
    return [note for phrase in kit.loops[part].phrases() for note in phrase.notes()]


def harmony_at(kit: Kit, step: float) -> set[int]:
    """The pitch classes of the harmony that sounds at a step."""
    halves = kit.harmony.split("|")[int(step) // STEPS_PER_BAR].split(",")
    return pitch_classes(halves[int(step) % STEPS_PER_BAR * len(halves) // STEPS_PER_BAR])


def test_four_kits_in_the_order_in_which_jams_take_them() -> None:
    assert [kit.id for kit in KITS] == ["lofi", "funk", "afro", "synthwave"]


@kits
def test_every_note_is_a_white_key_in_its_parts_register(kit: Kit) -> None:
    for part, (lowest, highest) in REGISTERS.items():
        pitches = [pitch for note in notes(kit, part) for pitch in note.pitches]
        assert pitches
        assert {pitch % OCTAVE for pitch in pitches} <= WHITE_KEYS
        assert midi(lowest) <= min(pitches), part
        assert max(pitches) <= midi(highest), part


@kits
def test_lead_and_vox_are_pentatonic(kit: Kit) -> None:
    allowed = pitch_classes(kit.pentatonic)
    assert len(allowed) == 5
    for part in ("lead", "vox"):
        for note in notes(kit, part):
            assert {pitch % OCTAVE for pitch in note.pitches} <= allowed, (part, note)


@kits
def test_chords_and_pad_spell_the_harmony(kit: Kit) -> None:
    for part in ("chords", "pad"):
        for note in notes(kit, part):
            spelled = {pitch % OCTAVE for pitch in note.pitches}
            assert spelled <= harmony_at(kit, note.step), (part, note)


@kits
def test_the_bass_plays_the_root_on_every_bar_line(kit: Kit) -> None:
    roots = [SEMITONES[bar.split()[0]] for bar in kit.harmony.split("|")]
    on_bar_lines = [note for note in notes(kit, "bass") if note.step % STEPS_PER_BAR == 0]
    assert [note.pitches[0] % OCTAVE for note in on_bar_lines] == roots


@kits
def test_the_bass_is_one_voice(kit: Kit) -> None:
    line = sorted(notes(kit, "bass"), key=lambda note: note.step)
    assert all(len(note.pitches) == 1 for note in line)
    following = [*(note.step for note in line[1:]), STEPS + line[0].step]
    for note, next_step in zip(line, following, strict=True):
        assert note.step + note.length <= next_step, note


@kits
def test_lead_and_vox_leave_the_first_sixteenth_and_each_other_free(kit: Kit) -> None:
    lead = {int(note.step) for note in notes(kit, "lead")}
    vox = {int(note.step) for note in notes(kit, "vox")}
    assert lead
    assert vox
    assert not (lead | vox) & {0, STEPS_PER_BAR}
    assert not lead & vox


@kits
def test_the_parts_lie_above_each_other(kit: Kit) -> None:
    """The bass below everything, the lead's middle above the chords'."""

    def middle(part: str) -> float:
        pitches = sorted(pitch for note in notes(kit, part) for pitch in note.pitches)
        return pitches[len(pitches) // 2]

    lowest_above = min(p for part in LOOP_IDS[3:] for n in notes(kit, part) for p in n.pitches)
    assert max(note.pitches[0] for note in notes(kit, "bass")) < lowest_above
    assert middle("chords") < middle("lead")


def rubs(sounding: list[Note]) -> list[tuple[Note, Note]]:
    """The pairs of notes one semitone or 13 apart that sound together for over a sixteenth."""
    return [
        (one, other)
        for one, other in combinations(sounding, 2)
        for pitch, other_pitch in product(one.pitches, other.pitches)
        if abs(pitch - other_pitch) in (1, OCTAVE + 1)
        and min(one.step + one.length, other.step + other.length) - max(one.step, other.step) > 1
    ]


@kits
def test_no_close_semitones_are_held(kit: Kit) -> None:
    assert rubs([note for part in LOOP_IDS for note in notes(kit, part)]) == []
    for part in LOOP_IDS:
        for note in notes(kit, part):
            assert not {b - a for a, b in combinations(note.pitches, 2)} & {1, OCTAVE + 1}


def test_a_held_semitone_is_found() -> None:
    assert rubs([Note(0, (60,), 4, 1), Note(2, (64, 73), 4, 1)])
    assert not rubs([Note(0, (60,), 4, 1), Note(3, (64, 73), 4, 1)])


@kits
def test_drums_mark_both_bar_lines(kit: Kit) -> None:
    kick = kit.loops["drums"].lines[0]
    assert isinstance(kick, Beat)
    strong = {hit.step for hit in read_beat(kick.pattern) if hit.velocity == 1}
    assert {0, STEPS_PER_BAR} <= strong
