"""Print a line for each reason for which pytest skipped tests.

``python -m tests.tools.skipped JUNIT_XML``
"""

import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree


def reasons(report: Path) -> Counter[str]:
    """How many tests were skipped, by the reason they gave."""
    tree = ElementTree.parse(report)  # noqa: S314  (our own pytest wrote it)
    return Counter(skipped.get("message", "") for skipped in tree.iter("skipped"))


if __name__ == "__main__":
    for reason, count in reasons(Path(sys.argv[1])).items():
        print(f"\n  - {count} test{'s' if count > 1 else ''}: {reason}", end="")
