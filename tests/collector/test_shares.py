"""The shares of a floor: whoever is below all of them can not be worth it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from collector.amounts import HEAVY_MIN
from collector.rollups import DAY, HOUR, MINUTE
from collector.shares import shares


@given(st.integers(1, 10**7), st.integers(0, 200), st.integers(0, 140), st.integers(1, 70))
def test_what_is_below_all_shares_adds_up_to_less_than_the_floor(floor: int, hours: int, days: int, most: int) -> None:
    found = shares(floor, {HOUR: hours, DAY: days}, most)
    if found is None:
        assert floor <= 2 * most * (hours + days) + 2 * HEAVY_MIN * most  # few enough to sum all
        return
    # of whatever one is worth, there are so many of it as an index has
    assert all(-(-share // points) >= HEAVY_MIN for share in (found.hour, found.day) for points in range(1, most + 1))
    below = hours * (found.hour - 1) + days * (found.day - 1) + found.live - 1
    assert below < found.floor({HOUR: hours, DAY: days}) <= floor


def test_minutes_have_no_index_and_so_no_share() -> None:
    assert shares(10**6, {HOUR: 3, MINUTE: 1}) is None
