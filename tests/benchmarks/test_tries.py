"""What several tries come to."""

from __future__ import annotations

from benchmarks.tries import median, result_of, spread


def test_the_median_of_tries() -> None:
    assert median([1.0, 9.0, 2.0]) == 2.0
    assert median([{"a": 1}, {"a": 3}, {"a": 2}]) == {"a": 2}
    assert median([[1.0, 5.0], [3.0, 4.0, 7.0], [2.0, 6.0]]) == [2.0, 5.0]
    assert median([0.5, None, 1.0]) == 1.0
    assert median([0.5, None, None]) is None, "above the largest limit is no number"


def test_the_spread_of_tries() -> None:
    one = {"a": 1.0, "in": {"b": 5, "c": None}, "list": [1]}
    other = {"a": 3.0, "in": {"b": 4, "c": 2.0}, "list": [2]}
    assert spread([one, other]) == {"a": (1.0, 3.0), "in.b": (4, 5)}


def test_a_result_has_the_medians_the_spread_and_the_tries() -> None:
    tries = [{"a": 1.0}, {"a": 2.0}, {"a": 9.0}]
    assert result_of(tries) == {"a": 2.0, "spread": {"a": (1.0, 9.0)}, "tries": tries}
