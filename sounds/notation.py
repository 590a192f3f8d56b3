"""How the music is written down: two small notations, one for beats, one for notes.

A beat is a string of 32 sixteenths; blanks and bar lines are for the eye. A digit is a hit with
that velocity (9 is the strongest), a dot is a rest::

    "9... .... 9... ..5. | 9... ..6. 8... ...."

Notes are ``step:pitches:length[:velocity]``, two bars of them with a bar line between. Steps and
lengths are sixteenths (fractions allowed), a step counts from its bar's start, pitches are joined
by ``+``::

    "0:A1:2.6:1 3:A1:1:.6 8:C4+E4:4 | 0:F1:15.5:.9"
"""

from dataclasses import dataclass

from sounds.timebase import BARS, STEPS, STEPS_PER_BAR

SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
DEFAULT_VELOCITY = 0.8
STRONGEST_HIT = 9
HIT_CURVE = 1.3
"""A digit's velocity is (digit / 9) ** 1.3: soft hits a little softer than in proportion."""


class NotationError(ValueError):
    """The text does not follow the notation; the message quotes it."""


@dataclass(frozen=True)
class Note:
    """One or more pitches (MIDI numbers) sounding together; step and length in sixteenths."""

    step: float
    pitches: tuple[int, ...]
    length: float
    velocity: float


@dataclass(frozen=True)
class Hit:
    """A drum's hit on a step, velocity 0-1."""

    step: int
    velocity: float


def midi(name: str) -> int:
    """The MIDI number of a white key like ``"C4"`` (60). Raises NotationError."""
    try:
        return SEMITONES[name[0]] + 12 * (int(name[1:]) + 1)
    except (KeyError, IndexError, ValueError) as error:
        raise NotationError(f"not a note: {name!r}") from error


def hertz(pitch: float) -> float:
    """The frequency of a MIDI number, A4 = 440 Hz, equal temperament."""
    return float(440.0 * 2 ** ((pitch - 69) / 12))


def read_beat(text: str) -> tuple[Hit, ...]:
    """The hits of a line of 32 sixteenths. Raises NotationError."""
    steps = text.replace(" ", "").replace("|", "")
    if len(steps) != STEPS:
        raise NotationError(f"{len(steps)} steps instead of {STEPS}: {text!r}")
    if not set(steps) <= set(".123456789"):
        raise NotationError(f"only digits 1-9 and dots make a beat: {text!r}")
    return tuple(
        Hit(step, (int(mark) / STRONGEST_HIT) ** HIT_CURVE)
        for step, mark in enumerate(steps)
        if mark != "."
    )


def read_note(text: str, bar: int) -> Note:
    """One ``step:pitches:length[:velocity]`` of the given bar (from 0). Raises NotationError."""
    try:
        step, pitches, length, *velocity = text.split(":")
        note = Note(
            step=bar * STEPS_PER_BAR + float(step),
            pitches=tuple(midi(name) for name in pitches.split("+")),
            length=float(length),
            velocity=float(*velocity) if velocity else DEFAULT_VELOCITY,
        )
    except (TypeError, ValueError) as error:
        raise NotationError(f"not a note: {text!r}") from error
    if not (0 <= float(step) < STEPS_PER_BAR and note.length > 0 and 0 < note.velocity <= 1):
        raise NotationError(f"out of its range: {text!r}")
    return note


def read_notes(text: str) -> tuple[Note, ...]:
    """The notes of two bars, in the order written. Raises NotationError."""
    bars = text.split("|")
    if len(bars) != BARS:
        raise NotationError(f"{len(bars)} bars instead of {BARS}: {text!r}")
    return tuple(read_note(text, bar) for bar, line in enumerate(bars) for text in line.split())
