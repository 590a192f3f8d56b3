"""The kits and their loops, as data.

A kit is seven loops that fit together in any combination. The sounds themselves are made by
``sounds/`` and described by its manifest; placement needs only the names and their order.
"""

from collections.abc import Container

#: The parts of every kit, in the order in which they are given out: the rhythm first, so that
#: the first visitors of a jam have something to build on.
LOOPS = ("drums", "percussion", "bass", "chords", "lead", "pad", "vox")

#: The kits, in the order in which new jams take them.
KITS = ("lofi", "funk", "afro", "synthwave")

#: Seats in a jam: one for each loop of its kit.
CAPACITY = len(LOOPS)


def kit_in_turn(jams_made: int) -> str:
    """Return the kit of the jam that is made after ``jams_made`` others."""
    return KITS[jams_made % len(KITS)]


def next_free_loop(taken: Container[str], wanted: str | None = None) -> str | None:
    """Return ``wanted`` if it is a loop that nobody has, else the first free one, else None."""
    if wanted in LOOPS and wanted not in taken:
        return wanted
    return next((loop for loop in LOOPS if loop not in taken), None)
