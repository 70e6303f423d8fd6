"""The shares of a floor: whoever is below all of them can not be worth it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from collector.amounts import HEAVY_MIN
from collector.closed import shares
from collector.rollups import DAY, HOUR, MINUTE


@given(st.integers(1, 10**7), st.integers(0, 200), st.integers(0, 140))
def test_what_is_below_all_shares_adds_up_to_less_than_the_floor(floor: int, hours: int, days: int) -> None:
    found = shares(floor, {HOUR: hours, DAY: days})
    if found is None:
        assert floor <= 2 * (hours + days) + 2 * HEAVY_MIN  # few enough to sum all
        return
    assert min(found.hour, found.day) >= HEAVY_MIN
    assert hours * (found.hour - 1) + days * (found.day - 1) + found.live - 1 < floor


def test_minutes_have_no_index_and_so_no_share() -> None:
    assert shares(10**6, {HOUR: 3, MINUTE: 1}) is None
