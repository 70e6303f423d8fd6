"""Drawing: lines through numbers, and the round numbers beside them."""

from __future__ import annotations

import pytest

from web.drawing import area, line, scale


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], [1, 0]), ([0, 0], [1, 0]), ([None, 1], [1, 0]), ([3, 1], [3, 2, 1, 0]), ([711], [800, 600, 400, 200, 0]),
     ([5], [6, 4, 2, 0]), ([41], [60, 40, 20, 0]), ([-3, 5], [6, 4, 2, 0, -2, -4]), ([100], [100, 50, 0]),
     ([-7], [2, 0, -2, -4, -6, -8]), ([1_234_567], [1_500_000, 1_000_000, 500_000, 0])],
)  # fmt: skip
def test_a_scale_holds_all_values_in_round_steps(values: list[int | None], expected: list[int]) -> None:
    assert scale(values) == expected


def test_a_line_goes_through_its_values_and_is_interrupted_where_there_is_none() -> None:
    assert line([0, 10, 5], 100, 50, 0) == "M0.0 50.0L50.0 0.0L100.0 25.0"
    assert line([0, 10, None, 10], 90, 50, 0) == "M0.0 50.0L30.0 0.0M90.0 0.0"
    assert line([None, 4, 4], 90, 50, 0, (0, 8)) == "M45.0 25.0L90.0 25.0"
    assert line([1], 90, 50) == line([], 90, 50) == line([None, None], 90, 50) == ""


def test_an_area_is_what_is_under_each_piece_of_the_line() -> None:
    assert area([0, 10, None, 10, 0], 100, 50, 0) == (
        "M0.0 50.0L25.0 0.0L25 50L0 50ZM75.0 0.0L100.0 50.0L100 50L75 50Z"
    )
