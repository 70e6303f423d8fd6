"""Simulated events come at the pace of the real network, and TIDs tell their times."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from random import Random
from statistics import mean, pvariance

import pytest

from benchmarks.pace import HOUR_FACTORS, Pace
from benchmarks.simulator import START_US, Simulation
from benchmarks.tid import bits_of, tid, time_us_of


def test_seconds_are_burstier_than_chance() -> None:
    quiet = Simulation(5, START_US, 500, hourly=False, accounts_count=1000)
    counts = Counter(time_us // 1_000_000 for time_us, _ in islice(quiet.events(), 100_000))
    whole = [counts[second] for second in sorted(counts)[:-1]]
    assert mean(whole) == pytest.approx(500, rel=0.05)
    assert 3.0 < pvariance(whole) / mean(whole) < 7.5


def test_a_past_day_is_that_many_events_in_24_hours_and_then_goes_on() -> None:
    end_us = START_US
    day = Simulation.past_day(1, 5000, end_us)
    times = [time_us for time_us, _ in islice(day.events(), 5000)]
    assert end_us - 86_400_000_000 <= times[0] < times[-1] <= end_us
    hours = Counter((end_us - time_us) // 3_600_000_000 for time_us in times)
    assert len(hours) == 24
    assert max(hours.values()) - min(hours.values()) <= 2
    day.rate = 500
    later = [time_us for time_us, _ in islice(day.events(), 1000)]
    assert end_us - 20_000_000 < later[0]
    assert later[-1] < end_us + 10_000_000


def test_hours_have_their_factors() -> None:
    pace = Pace(Random(1), START_US, 2.0, hourly=True, noise_ratio=0)
    hours = Counter((time_us - START_US) // 3_600_000_000 for time_us in islice(pace.times_us(), 165_000))
    assert [hours[hour] / 7200 for hour in range(23)] == pytest.approx(HOUR_FACTORS[:23], abs=0.04)


def test_tids_sort_as_their_times() -> None:
    assert tid(1_783_175_887_514_441, 6) == "3mptbypluud2a"
    assert time_us_of("3mptbypluud2a") == 1_783_175_887_514_441
    assert bits_of(tid(5, 3)) == 5 << 10 | 3
    assert tid(1000, 1023) < tid(1001, 0)
    with pytest.raises(ValueError, match="not a TID"):
        time_us_of("self")
