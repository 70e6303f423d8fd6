"""TIDs and their numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sql import tid


def test_the_specification_s_example_says_its_time() -> None:
    # ../shared: rev of a genuine commit, 2026-07-04T14:38:07.514441Z, clock 6
    number = tid.number("3mptbypluud2a")
    assert tid.time_us(number) == 1783175887514441
    assert number & 1023 == 6


@given(st.integers(0, 2**63 - 1))
def test_a_number_survives_its_text(number: int) -> None:
    assert tid.number(tid.text(number)) == number


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1))
def test_texts_sort_as_their_numbers(one: int, other: int) -> None:
    assert (tid.text(one) < tid.text(other)) == (one < other)


@pytest.mark.parametrize(
    "text",
    ["", "3mptbypluud2", "3mptbypluud2aa", "3mptbypluud2A", "3mptbypluud21", "3mptbypluud2_", " 3mptbypluud2",
     "+mptbypluud2a", "zmptbypluud2a", "c222222222222", "3mptbypluud2\u00e9", "3mptbypluud2\u0661"],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        tid.number(text)
