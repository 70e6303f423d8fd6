"""When simulated events happen: an endless, strictly increasing series of stream times.

This module owns the rate: its hour-of-day factors and its bursts within seconds (June 2026: the variance of a
second's count is 4 to 6 times its mean). It does not know what happens at any of these times.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import exp
from random import Random

SECOND_US = 1_000_000
DAY_S = 86_400
# Likes by hour of the day (UTC), mean 1, November and December 2024.
HOUR_FACTORS = (1.15, 1.18, 1.16, 1.11, 0.87, 0.74, 0.67, 0.63, 0.60, 0.59, 0.61, 0.68,
                0.81, 0.95, 1.06, 1.13, 1.21, 1.27, 1.24, 1.25, 1.25, 1.27, 1.27, 1.31)  # fmt: skip
POISSON_MEAN_MAX = 30.0  # exp(-30) is far from underflow; a larger mean is drawn in parts


class Pace:
    """Draws the times. `rate` (events a second, mean of a day) may be changed while it runs."""

    def __init__(
        self, random: Random, start_us: int, rate: float, *, hourly: bool, noise_ratio: float
    ) -> None:
        """`noise_ratio` is variance over mean of a second's count; below 1 every second is even.

        Raises ValueError for a rate that is not above 0.
        """
        if rate <= 0:
            raise ValueError(f"the rate must be above 0 events a second, not {rate}")
        self.rate = rate
        self._random = random
        self._start_us = start_us
        self._hourly = hourly
        self._noise_ratio = noise_ratio
        self._owed = 0.0

    def times_us(self) -> Iterator[int]:
        """Unix microseconds, strictly increasing, without end.

        Within a second they are evenly spread with jitter.
        """
        second_us, last_us = self._start_us, self._start_us - 1
        while True:
            count = self._count(second_us // SECOND_US)
            for place in range(count):
                last_us = max(
                    second_us + int((place + self._random.random()) * SECOND_US / count), last_us + 1
                )
                yield last_us
            second_us += SECOND_US

    def _count(self, second: int) -> int:
        mean = self.rate * _hour_factor(second) if self._hourly else self.rate
        if self._noise_ratio < 1:
            self._owed += mean
            count = int(self._owed + 1e-9)  # so that a day of N / 86,400 a second is N events, not N - 1
            self._owed -= count
            return count
        # Bursts of a geometric number of events, 1 / p in the mean: variance over mean is (2 - p) / p.
        goes_on = 1 - 2 / (self._noise_ratio + 1)
        bursts = self._poisson(mean * (1 - goes_on))
        count = bursts
        for _ in range(bursts):
            while self._random.random() < goes_on:
                count += 1
        return count

    def _poisson(self, mean: float) -> int:
        count = 0
        while mean > 0:
            floor, product = exp(-min(mean, POISSON_MEAN_MAX)), self._random.random()
            while product > floor:
                product *= self._random.random()
                count += 1
            mean -= POISSON_MEAN_MAX
        return count


def _hour_factor(second: int) -> float:
    """The factor of a unix second, straight between the middles of two hours."""
    hours = second % DAY_S / 3600 + 23.5
    hour, rest = int(hours), hours % 1
    return HOUR_FACTORS[hour % 24] * (1 - rest) + HOUR_FACTORS[(hour + 1) % 24] * rest
