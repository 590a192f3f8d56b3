"""The committed files, each read once."""

from functools import cache

from sounds.files import SOUNDS_FOLDER, loop_path, read_samples
from sounds.kits import KITS
from sounds.rendering import Samples
from sounds.score import LOOP_IDS

KIT_IDS = tuple(kit.id for kit in KITS)
LOOPS = tuple((kit_id, part) for kit_id in KIT_IDS for part in LOOP_IDS)


@cache
def samples(kit_id: str, part: str) -> Samples:
    """A loop's committed samples, (frames, 2)."""
    return read_samples(SOUNDS_FOLDER / loop_path(kit_id, part))
