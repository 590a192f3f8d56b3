"""The two small notations, and what they refuse."""

import pytest

from sounds.notation import Hit, NotationError, Note, hertz, midi, read_beat, read_notes


def test_pitches() -> None:
    assert [midi("C4"), midi("A4"), midi("F1")] == [60, 69, 29]
    assert hertz(69) == 440
    assert hertz(57) == 220


def test_a_beat() -> None:
    assert read_beat("9... .... .... .... | .... .... .... ...9") == (Hit(0, 1), Hit(31, 1))


def test_notes() -> None:
    assert read_notes("0:C4+E4:2 15.5:A3:1:.5 | 2:G4:1") == (
        Note(0, (60, 64), 2, 0.8),
        Note(15.5, (57,), 1, 0.5),
        Note(18, (67,), 1, 0.8),
    )


@pytest.mark.parametrize("text", ["9...", "." * 33, "x" * 32, "0" * 32])
def test_what_is_no_beat(text: str) -> None:
    with pytest.raises(NotationError):
        read_beat(text)


@pytest.mark.parametrize(
    "text",
    [
        "0:C4:1",
        "0:C4:1 | 0:C4:1 | 0:C4:1",
        "0:H4:1 | 0:C4:1",
        "0:C#4:1 | 0:C4:1",
        "0:C4 | 0:C4:1",
        "16:C4:1 | 0:C4:1",
        "0:C4:0 | 0:C4:1",
        "0:C4:1:2 | 0:C4:1",
        "0:C4:1:.5:3 | 0:C4:1",
        "0::1 | 0:C4:1",
    ],
)
def test_what_are_no_notes(text: str) -> None:
    with pytest.raises(NotationError):
        read_notes(text)
