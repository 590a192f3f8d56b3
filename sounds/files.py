"""The rendered files: FLAC written and read, and the manifest the app reads.

A file is only written when its sound has changed: another FLAC encoder makes other bytes of the
same samples, and bytes that stay keep their place in every cache.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from sounds.limiter import decibels
from sounds.loudness import envelope, loudness
from sounds.rendering import FULL_SCALE, Samples
from sounds.score import Kit
from sounds.timebase import BARS, BEATS_PER_BAR, BPM, FRAMES, SAMPLE_RATE, Signal

SOUNDS_FOLDER = Path(__file__).parent.parent / "jams" / "static" / "jams" / "sounds"
MANIFEST = "manifest.json"
MANIFEST_VERSION = 1
SMALLEST = 1.0
"""libsndfile's highest compression level for FLAC."""


def loop_path(kit_id: str, part: str) -> Path:
    """Where a loop's file is, from the sounds' folder."""
    return Path(kit_id) / f"{part}.flac"


def read_samples(path: Path) -> Samples:
    """A file's samples as they are. Raises soundfile.LibsndfileError where there is none."""
    samples, _ = soundfile.read(path, dtype="int16", always_2d=True)
    return np.asarray(samples, dtype=np.int16)


def holds(path: Path, samples: Samples) -> bool:
    """Whether there is a file with these very samples."""
    return path.exists() and np.array_equal(read_samples(path), samples)


def write_samples(path: Path, samples: Samples) -> bool:
    """Write the loop if the file doesn't hold these very samples; returns whether it wrote."""
    if holds(path, samples):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(
        path, samples, SAMPLE_RATE, subtype="PCM_16", format="FLAC", compression_level=SMALLEST
    )
    return True


def as_signal(samples: Samples) -> Signal:
    """Samples as the renderer's floating-point loop, full scale 1.0."""
    return np.asarray(samples.T / FULL_SCALE, dtype=np.float64)


def describe_loop(folder: Path, kit_id: str, part: str) -> dict[str, Any]:
    """A loop's entry in the manifest, taken from its file. Raises OSError without one."""
    file = loop_path(kit_id, part)
    content = (folder / file).read_bytes()
    x = as_signal(read_samples(folder / file))
    return {
        "id": part,
        "file": file.as_posix(),
        "lufs": round(loudness(x), 2),
        "peak_dbfs": round(decibels(float(np.abs(x).max())), 2),
        "sha256": hashlib.sha256(content).hexdigest(),
        "envelope": envelope(x),
    }


def describe(folder: Path, kits: tuple[Kit, ...]) -> dict[str, Any]:
    """The whole manifest, taken from the files."""
    return {
        "version": MANIFEST_VERSION,
        "bpm": BPM,
        "bars": BARS,
        "beats_per_bar": BEATS_PER_BAR,
        "sample_rate": SAMPLE_RATE,
        "frames": FRAMES,
        "kits": [
            {
                "id": kit.id,
                "title": kit.title,
                "key": kit.key,
                "loops": [describe_loop(folder, kit.id, part) for part in kit.loops],
            }
            for kit in kits
        ],
    }


def read_manifest(folder: Path) -> Any:
    """The manifest as it is committed. Raises OSError or ValueError when it can't be read."""
    return json.loads((folder / MANIFEST).read_text(encoding="utf-8"))


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest, two spaces a level, in a fixed order."""
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
