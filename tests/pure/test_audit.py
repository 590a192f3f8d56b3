"""The audit fails when it could not look, not only when it found something."""

from pathlib import Path
from typing import Any

import pytest

from tests.processes import REPOSITORY
from tests.tools import audit

LOCKED = {"django": "5.2.8", "redis": "7.0.0"}
HOLE = {"id": "PYSEC-2026-1", "fix_versions": ["5.2.9"]}
CLEAN = {
    "django": {"name": "django", "version": "5.2.8", "vulns": []},
    "redis": {"name": "redis", "version": "7.0.0", "vulns": []},
}
CANARY = {"urllib3": {"name": "urllib3", "version": "1.24.1", "vulns": [HOLE]}}
UNKNOWN = {"name": "redis", "skip_reason": "Dependency not found"}


def run(monkeypatch: pytest.MonkeyPatch, canary: dict[str, Any], findings: dict[str, Any]) -> int:
    """The audit's exit code with these answers of pip-audit to its two questions."""
    answers = iter([canary, findings])
    monkeypatch.setattr(audit, "locked_packages", lambda _locks: LOCKED)
    monkeypatch.setattr(audit, "look_up", lambda _packages: next(answers))
    return audit.main()


@pytest.fixture(autouse=True)
def _online(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AUDIT_OFFLINE", raising=False)


def test_passes_when_all_was_looked_up_and_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, CANARY, CLEAN) == 0


@pytest.mark.parametrize("offline", ["", "1"])
@pytest.mark.parametrize(
    ("findings", "said"),
    [
        ({}, "redis 7.0.0 was not audited"),
        ({**CLEAN, "redis": UNKNOWN}, "redis 7.0.0 was not audited: Dependency not found"),
        ({"redis": CLEAN["redis"]}, "django 5.2.8 was not audited"),
        ({**CLEAN, "django": {**CLEAN["django"], "version": "5.2.9"}}, "not audited, but 5.2.9"),
        ({**CLEAN, "django": {**CLEAN["django"], "vulns": [HOLE]}}, "PYSEC-2026-1, fixed in 5.2.9"),
    ],
)
def test_fails_on_a_hole_and_on_every_package_it_skipped(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    findings: dict[str, Any],
    said: str,
    offline: str,
) -> None:
    monkeypatch.setenv("AUDIT_OFFLINE", offline)
    assert run(monkeypatch, CANARY, findings) == 1
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    "canary",
    [
        {},
        {"urllib3": {"name": "urllib3", "skip_reason": "Dependency not found"}},
        {"urllib3": {"name": "urllib3", "version": "1.24.1", "vulns": []}},
    ],
)
def test_a_service_that_sees_no_holes_is_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], canary: dict[str, Any]
) -> None:
    assert run(monkeypatch, canary, CLEAN) == 1
    assert "NOT AUDITED" in capsys.readouterr().out
    monkeypatch.setenv("AUDIT_OFFLINE", "1")
    assert run(monkeypatch, canary, CLEAN) == 0
    assert "NOT AUDITED" in capsys.readouterr().out


def test_reads_the_lock_as_this_python_installs_it(tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text(
        "# made by make lock\n"
        "Django==5.2.8 \\\n    --hash=sha256:00\n"
        "tzdata==2026.6 ; sys_platform == 'win32' \\\n    --hash=sha256:00\n"
        "uvloop==0.23.0 ; sys_platform != 'win32' \\\n    --hash=sha256:00\n"
    )
    assert audit.locked_packages([lock]) == {"django": "5.2.8", "uvloop": "0.23.0"}


def test_the_projects_own_locks_are_read() -> None:
    packages = audit.locked_packages(REPOSITORY / lock for lock in audit.LOCKS)
    assert {"django", "channels", "pytest"} <= packages.keys()
    assert all(packages.values())
