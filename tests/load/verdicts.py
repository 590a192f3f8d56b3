"""What a long run has shown: did anything grow? Pure functions of its minutes."""

from collections.abc import Sequence
from statistics import linear_regression, median

#: How much later the last third may be than the first, and how much more memory it may hold.
LATER = 1.3
LARGER = 1.05


def thirds(values: Sequence[float]) -> tuple[float, float]:
    """Return the medians of the first third and of the last; raise ValueError for too few."""
    if len(values) < 3:
        raise ValueError("thirds need three values or more")
    third = len(values) // 3
    return median(values[:third]), median(values[-third:])


def growth(values: Sequence[float]) -> float:
    """Return the last third as a multiple of the first."""
    first, last = thirds(values)
    return last / first


def slope(values: Sequence[float]) -> float:
    """Return by how much the values grow from one to the next, by least squares."""
    return linear_regression(range(len(values)), values).slope


def verdict(name: str, values: Sequence[float], most: float) -> str:
    """Return a sentence on whether the values stayed the same, but for a factor of ``most``."""
    grown = growth(values)
    flat = "flat" if grown <= most else "**not flat**"
    return f"{name}: the last third is {grown:.2f} times the first ({flat}, the bar is {most})."
