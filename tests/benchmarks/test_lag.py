"""The lag of the fold, in seconds of the clock."""

from __future__ import annotations

from benchmarks.lag import Lag


def test_lag_is_the_age_of_the_oldest_reading_that_is_not_folded() -> None:
    lag = Lag()
    assert lag.look(0, 0, now_s=9.0) == 0, "nothing has been read"
    assert lag.look(1_000, 0, now_s=10.0) == 0
    assert lag.look(2_000, 0, now_s=11.0) == 1.0
    assert lag.look(2_000, 1_999, now_s=14.0) == 3.0, "of the second reading, which the watermark has not reached"
    assert lag.look(3_000, 2_000, now_s=15.0) == 0
    assert lag.look(3_000, 3_000, now_s=19.0) == 0, "all is folded, and nothing new is read"
    assert lag.max_s == 3.0
