"""``python -m sounds [--check] [--folder FOLDER] [kit ...]``: render the loops, or check them."""

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from sounds.files import (
    SOUNDS_FOLDER,
    describe,
    holds,
    loop_path,
    read_manifest,
    write_manifest,
    write_samples,
)
from sounds.kits import KITS
from sounds.rendering import render_kit
from sounds.score import Kit


def write_kit(kit: Kit, folder: Path) -> list[str]:
    """Render a kit into the folder; returns the loops whose files were written."""
    return [
        f"{kit.id}/{part}"
        for part, samples in render_kit(kit).items()
        if write_samples(folder / loop_path(kit.id, part), samples)
    ]


def differing_loops(kit: Kit, folder: Path) -> list[str]:
    """The loops of a kit whose files are missing or are not, sample by sample, what renders."""
    return [
        f"{kit.id}/{part}"
        for part, samples in render_kit(kit).items()
        if not holds(folder / loop_path(kit.id, part), samples)
    ]


def manifest_fault(folder: Path) -> str | None:
    """What is wrong with the manifest, or None when it says what the files are."""
    try:
        if read_manifest(folder) == describe(folder, KITS):
            return None
    except (OSError, ValueError) as error:
        return f"manifest: {error}"
    return "manifest: not what the files are"


def main(arguments: Sequence[str]) -> int:
    """Run the command; returns its exit status: 1 when a check found a difference."""
    parser = argparse.ArgumentParser(prog="python -m sounds", description="Render the loops.")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--folder", type=Path, default=SOUNDS_FOLDER, help="where the files are")
    parser.add_argument("kits", nargs="*", metavar="kit", help="all, if none is named")
    options = parser.parse_args(arguments)
    unknown = set(options.kits) - {kit.id for kit in KITS}
    if unknown:
        parser.error(f"no such kit: {', '.join(sorted(unknown))}")
    chosen = [kit for kit in KITS if not options.kits or kit.id in options.kits]
    work = differing_loops if options.check else write_kit
    with ProcessPoolExecutor() as pool:
        by_kit = pool.map(work, chosen, [options.folder] * len(chosen))
        loops = [name for names in by_kit for name in names]
    if options.check:
        faults = [f"{name}: not what renders" for name in loops]
        faults += filter(None, [manifest_fault(options.folder)])
        print("\n".join(faults) or "The files and the manifest are what renders.")
        return 1 if faults else 0
    print(f"{len(loops)} of {7 * len(chosen)} files written: {', '.join(loops) or 'no change'}")
    try:
        write_manifest(options.folder, describe(options.folder, KITS))
    except OSError as error:
        print(f"The manifest needs every kit: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
