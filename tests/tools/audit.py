"""Look every locked dependency up among the known vulnerabilities; fail as well if one was not.

pip-audit by itself exits with 0 when it could look up nothing at all: it calls a package that its
advisory service doesn't know "skipped", and an index without advisories knows of no vulnerability.
So:

1. a package with well-known holes is looked up first: does the service see them?
2. all that the locks hold for this Python is looked up, and the answer is held against the locks.

Where no advisory service can be reached nothing is audited, which is a failure too, except with
AUDIT_OFFLINE=1: that is for machines without one, prints NOT AUDITED, and excuses nothing else.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = (Path("requirements/run.txt"), Path("requirements/dev.txt"))
# Several advisories of 2019 to 2023 are about this release.
CANARY = "urllib3==1.24.1"
LOOK_UP_SECONDS = 600


def locked_packages(locks: Iterable[Path]) -> dict[str, str]:
    """Name to version of all that the locks hold for this Python and platform."""
    packages: dict[str, str] = {}
    for lock in locks:
        for line in lock.read_text().splitlines():
            if line and not line.startswith((" ", "#")):
                requirement = Requirement(line.rstrip(" \\"))
                if requirement.marker is None or requirement.marker.evaluate():
                    name = canonicalize_name(requirement.name)
                    packages[name] = str(requirement.specifier).removeprefix("==")
    return packages


def look_up(packages: dict[str, str]) -> dict[str, dict[str, Any]]:
    """pip-audit's findings by package; empty if it could not work, with its words on stderr."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.writelines(f"{name}=={version}\n" for name, version in packages.items())
        file.flush()
        command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip"]
        options = ["--format=json", "--progress-spinner=off", f"--requirement={file.name}"]
        done = subprocess.run(
            [*command, *options], capture_output=True, text=True, timeout=LOOK_UP_SECONDS
        )
    try:
        findings = json.loads(done.stdout)["dependencies"]
    except ValueError:
        print(done.stderr[-2000:], file=sys.stderr)
        return {}
    return {canonicalize_name(finding["name"]): finding for finding in findings}


def service_answers() -> bool:
    """Whether there is an advisory service that sees the holes of the canary."""
    name, version = CANARY.split("==")
    return bool(look_up({name: version}).get(name, {}).get("vulns"))


def complaints(packages: dict[str, str], findings: dict[str, dict[str, Any]]) -> list[str]:
    """A line for each locked package that has a vulnerability or was not looked up."""
    lines = []
    for name, version in packages.items():
        finding = findings.get(name, {"skip_reason": "pip-audit does not report on it"})
        if "skip_reason" in finding:
            lines.append(f"{name} {version} was not audited: {finding['skip_reason']}")
        elif finding["version"] != version:
            lines.append(f"{name} {version} was not audited, but {finding['version']}")
        for hole in finding.get("vulns", []):
            fixed = ", ".join(hole["fix_versions"]) or "nowhere yet"
            lines.append(f"{name} {version} has {hole['id']}, fixed in {fixed}")
    return lines


def main() -> int:
    packages = locked_packages(LOCKS)
    if not service_answers():
        print(f"NOT AUDITED: no advisory service that knows of {CANARY}'s holes can be reached.")
        if os.environ.get("AUDIT_OFFLINE") == "1":
            return 0
        print("AUDIT_OFFLINE=1 accepts that, on a machine that has none.")
        return 1
    lines = complaints(packages, look_up(packages))
    print(*lines, sep="\n", end="\n" if lines else "")
    print(f"{len(packages)} packages, {len(lines)} complaint{'' if len(lines) == 1 else 's'}.")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
