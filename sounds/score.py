"""What a kit is made of: lines (a voice and what it plays), loops (lines and effects), kits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from sounds.effects import Effect
from sounds.notation import Hit, Note, hertz, read_beat, read_notes
from sounds.periodic import add, pan, silence
from sounds.timebase import SAMPLE_RATE, STEP_FRAMES, STEPS_PER_BAR, Signal
from sounds.voices import Drum, Instrument
from sounds.voices.percussion import Vinyl

LOOP_IDS = ("drums", "percussion", "bass", "chords", "lead", "pad", "vox")
"""In the order in which users are given them."""
CHORD_SPREAD = 0.25
"""How far a chord's lowest and highest notes are panned from its middle."""


@dataclass(frozen=True)
class Feel:
    """How a kit is played: how late odd sixteenths come, and how loosely."""

    swing: float = 0
    """A part of a sixteenth."""
    looseness: float = 0
    """Standard deviation in seconds; never more than twice it. The first of a bar is exact."""

    def frame(self, step: float, rng: np.random.Generator) -> int:
        """Where a step of the loop is played, in frames; may be before the loop's start."""
        frame = step * STEP_FRAMES
        if int(step) % 2:
            frame += self.swing * STEP_FRAMES
        if self.looseness and step % STEPS_PER_BAR:
            off = np.clip(rng.standard_normal(), -2, 2) * self.looseness
            frame += float(off) * SAMPLE_RATE
        return round(frame)


class Line(Protocol):
    """One voice's part in a loop."""

    def render(self, feel: Feel, rng: np.random.Generator) -> Signal:
        """A stereo loop of it."""
        ...


@dataclass(frozen=True)
class Beat:
    """A drum and its 32 sixteenths (see notation.py)."""

    drum: Drum
    pattern: str
    gain: float
    pan: float = 0

    def hits(self) -> tuple[Hit, ...]:
        """The pattern, read."""
        return read_beat(self.pattern)

    def render(self, feel: Feel, rng: np.random.Generator) -> Signal:
        """Every hit a little different, as hands are."""
        loop = silence()
        for hit in self.hits():
            velocity = hit.velocity * (1 + 0.05 * rng.standard_normal())
            sound = pan(self.drum.hit(velocity, rng), self.pan)
            add(loop, self.gain * sound, feel.frame(hit.step, rng))
        return loop


@dataclass(frozen=True)
class Phrase:
    """An instrument and its two bars of notes (see notation.py)."""

    instrument: Instrument
    text: str
    gain: float = 1
    pan: float = 0
    strum: float = 0
    """Seconds from one note of a chord to the next."""

    def notes(self) -> tuple[Note, ...]:
        """The text, read."""
        return read_notes(self.text)

    def render(self, feel: Feel, rng: np.random.Generator) -> Signal:
        """Chords are spread a little around the line's place, low notes to the left."""
        loop = silence()
        for note in self.notes():
            start = feel.frame(note.step, rng)
            held = int(note.length * STEP_FRAMES)
            highest = len(note.pitches) - 1
            for i, pitch in enumerate(note.pitches):
                sound = self.instrument.play(hertz(pitch), held, note.velocity, rng)
                place = self.pan + (CHORD_SPREAD * (2 * i / highest - 1) if highest else 0)
                late = round(i * self.strum * SAMPLE_RATE)
                add(loop, self.gain * pan(sound, float(np.clip(place, -1, 1))), start + late)
        return loop


@dataclass(frozen=True)
class Noise:
    """A riser: an instrument without a pitch, from a step for so many sixteenths."""

    instrument: Instrument
    step: float
    length: float
    gain: float

    def render(self, feel: Feel, rng: np.random.Generator) -> Signal:
        """In the middle."""
        sound = self.instrument.play(0.0, int(self.length * STEP_FRAMES), 1.0, rng)
        loop = silence()
        add(loop, self.gain * pan(sound, 0), round(self.step * STEP_FRAMES))
        return loop


@dataclass(frozen=True)
class Dust:
    """Old vinyl under a loop."""

    vinyl: Vinyl
    gain: float

    def render(self, feel: Feel, rng: np.random.Generator) -> Signal:
        """All the loop through."""
        return self.gain * self.vinyl.fill(rng)


@dataclass(frozen=True)
class Loop:
    """One of a kit's seven parts: its lines together through its effects, then levelled."""

    lines: tuple[Line, ...]
    effects: tuple[Effect, ...]

    def phrases(self) -> tuple[Phrase, ...]:
        """The lines with pitches."""
        return tuple(line for line in self.lines if isinstance(line, Phrase))


@dataclass(frozen=True)
class Kit:
    """Seven loops that fit together in any choice."""

    id: str
    title: str
    key: str
    chords: str
    """For people to read; bars divided by ``|``."""
    harmony: str
    """The same as notes; two halves of a bar divided by a comma."""
    pentatonic: str
    """The five notes lead and vox are made of."""
    feel: Feel
    loops: Mapping[str, Loop]
    """By loop id, in the order of LOOP_IDS."""

    def __post_init__(self) -> None:
        """A kit has the seven loops, in their order: ValueError otherwise."""
        if tuple(self.loops) != LOOP_IDS:
            raise ValueError(f"{self.id}: {tuple(self.loops)} is not {LOOP_IDS}")
