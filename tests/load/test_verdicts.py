"""What a long run has shown."""

import pytest

from . import report, verdicts
from .growth import without_time
from .report import Figure


def test_the_last_third_is_held_to_the_first() -> None:
    assert verdicts.thirds([1, 9, 1, 5, 5, 5, 2, 2, 9]) == (1, 2)
    assert verdicts.growth([1, 9, 1, 5, 5, 5, 2, 2, 9]) == 2


def test_two_values_have_no_thirds() -> None:
    with pytest.raises(ValueError, match="three values"):
        verdicts.thirds([1, 2])


def test_the_slope_is_for_each_step() -> None:
    assert verdicts.slope([10, 12, 14, 16]) == pytest.approx(2)
    assert verdicts.slope([3, 3, 3]) == 0


@pytest.mark.parametrize(("last", "words"), [(1.3, "(flat,"), (1.31, "(**not flat**,")])
def test_a_verdict_says_whether_it_stayed_within_the_bar(last: float, words: str) -> None:
    assert words in verdicts.verdict("p99", [1, 1, last], most=1.3)


def test_what_time_costs_is_taken_off_for_the_seconds_that_it_took() -> None:
    # 100 operations a second: each bears a hundredth of a second's idle cost.
    figures = {"idle": 500.0, "join": 20.0, "join, per second": 100.0}

    assert without_time(figures, "join") == 15
    kernel = {"idle, kernel": 100.0, "join, kernel": 8.0}
    assert without_time(figures | kernel, "join", ", kernel") == 7


def test_a_trend_compares_within_a_round() -> None:
    rounds = [{"1": {"x": 1.0}, "9": {"x": 1.0}}, {"1": {"x": 4.0}, "9": {"x": 6.0}}] * 2
    *_, line = report.trend(rounds, [Figure("x", "words")], ["1", "9"])

    assert line == "| words | 2.50 | 3.50 (1.25) | flat |"


def test_a_trend_above_the_bar_is_not_flat() -> None:
    rounds = [{"1": {"x": 1.0}, "9": {"x": 1.4}}]
    *_, line = report.trend(rounds, [Figure("x", "words")], ["1", "9"])

    assert line == "| words | 1.00 | 1.40 (1.40) | **not flat** |"
