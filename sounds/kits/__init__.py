"""The music, as data: four kits of seven loops. The rules that make any choice of them fit:

1. All kits share 100 BPM, 4/4, two bars, and one set of notes, the white keys.
2. Both bars of chords and pad spell the kit's two harmonies; the bass plays roots on bar lines.
3. Lead and vox use only the kit's pentatonic, which rubs against neither harmony.
4. Each part keeps to its own register (``REGISTERS``) and its own place in the panorama.
5. A bar's first sixteenth belongs to drums and bass: lead and vox leave it free, and the two
   never begin a note on the same step. They answer each other.
6. No two notes a semitone apart (or an octave more) sound together for longer than a sixteenth.

The rules are tests (tests/sounds/test_music.py), not only habits.
"""

from collections.abc import Mapping

from sounds.kits import afro, funk, lofi, synthwave
from sounds.score import Kit

KITS: tuple[Kit, ...] = (lofi.KIT, funk.KIT, afro.KIT, synthwave.KIT)
"""In the order in which new jams are given them."""

REGISTERS: Mapping[str, tuple[str, str]] = {
    "bass": ("F1", "D3"),
    "chords": ("E3", "D5"),
    "lead": ("F4", "C6"),
    "pad": ("G3", "E5"),
    "vox": ("C4", "D5"),
}
"""The lowest and the highest note of each part with pitches."""
