"""The files are what the data renders, and the manifest says what the files are."""

from pathlib import Path

import numpy as np
import pytest

from sounds.__main__ import main, manifest_fault
from sounds.files import SOUNDS_FOLDER, read_manifest, write_manifest, write_samples
from sounds.kits import KITS
from sounds.rendering import render_kit
from sounds.score import LOOP_IDS
from tests.sounds.committed import KIT_IDS, samples


def test_a_kit_renders_to_the_committed_samples_bit_by_bit() -> None:
    """One kit, as the limiter is common to its loops; ``python -m sounds --check`` does all."""
    kit = next(kit for kit in KITS if kit.id == "afro")
    for part, rendered in render_kit(kit).items():
        assert np.array_equal(rendered, samples(kit.id, part)), part


def test_the_manifest_says_what_the_files_are() -> None:
    assert manifest_fault(SOUNDS_FOLDER) is None


def test_the_manifest_has_the_shape_the_app_reads() -> None:
    manifest = read_manifest(SOUNDS_FOLDER)
    figures = {key: value for key, value in manifest.items() if key != "kits"}
    assert figures == {
        "version": 1,
        "bpm": 100,
        "bars": 2,
        "beats_per_bar": 4,
        "sample_rate": 48000,
        "frames": 230400,
    }
    assert tuple(kit["id"] for kit in manifest["kits"]) == KIT_IDS
    for kit in manifest["kits"]:
        assert set(kit) == {"id", "title", "key", "loops"}
        assert tuple(loop["id"] for loop in kit["loops"]) == LOOP_IDS
        for loop in kit["loops"]:
            assert set(loop) == {"id", "file", "lufs", "peak_dbfs", "sha256", "envelope"}
            assert loop["file"] == f"{kit['id']}/{loop['id']}.flac"
            assert len(loop["envelope"]) == 96
            assert max(int(digit, 36) for digit in loop["envelope"]) == 35


def test_nothing_else_lies_among_the_sounds() -> None:
    found = {
        path.relative_to(SOUNDS_FOLDER).as_posix()
        for path in SOUNDS_FOLDER.rglob("*")
        if path.is_file()
    }
    files = {loop["file"] for kit in read_manifest(SOUNDS_FOLDER)["kits"] for loop in kit["loops"]}
    assert found == files | {"manifest.json"}


def test_a_file_is_only_written_when_its_sound_changed(tmp_path: Path) -> None:
    loop = samples("lofi", "bass")
    path = tmp_path / "lofi" / "bass.flac"
    assert write_samples(path, loop)
    assert not write_samples(path, loop)
    assert write_samples(path, -loop)


def test_a_wrong_manifest_is_reported(tmp_path: Path) -> None:
    assert "No such file" in str(manifest_fault(tmp_path))
    for path in SOUNDS_FOLDER.iterdir():
        if path.is_dir():
            (tmp_path / path.name).symlink_to(path)
    manifest = read_manifest(SOUNDS_FOLDER)
    manifest["kits"][0]["loops"][0]["lufs"] = -3
    write_manifest(tmp_path, manifest)
    assert manifest_fault(tmp_path) == "manifest: not what the files are"


def test_an_unknown_kit_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["polka"])
    assert "no such kit: polka" in capsys.readouterr().err
