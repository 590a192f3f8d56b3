"""The table of faults: what was promised, and what was measured."""

import os
from collections.abc import Callable
from typing import NamedTuple

import pytest

#: Set by ``make chaos``: everything, not just what fits into ``make test``.
EVERYTHING = bool(os.environ.get("CHAOS"))


class Row(NamedTuple):
    """A line of the table."""

    fault: str
    bound: str
    measured: str


_rows: list[Row] = []


@pytest.fixture
def measured() -> Callable[[str, str, str], None]:
    """Enter a fault, its bound and what was measured into the table."""

    def enter(fault: str, bound: str, value: str) -> None:
        _rows.append(Row(fault, bound, value))

    return enter


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: takes its time; only `make chaos` runs it")
    config.addinivalue_line("markers", "soak: only `make soak` runs it")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    kept, left_out = list[pytest.Item](), list[pytest.Item]()
    for item in items:
        soak = item.get_closest_marker("soak") is not None
        is_long = item.get_closest_marker("long") is not None
        wanted = bool(os.environ.get("SOAK_MINUTES")) if soak else EVERYTHING or not is_long
        (kept if wanted else left_out).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _rows:
        return
    heads = Row("fault", "bound", "measured")
    widths = [max(len(row[n]) for row in (heads, *_rows)) for n in range(3)]
    terminalreporter.section("faults, bounds and figures")
    for row in (heads, Row(*("-" * width for width in widths)), *_rows):
        line = " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        terminalreporter.write_line(line.rstrip())
