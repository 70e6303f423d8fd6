"""Shares: what a key must have gained in one of many buckets to be worth something in all of them.

Whoever is worth a floor gained the share of a bucket in at least one, by at least one of the metrics that are summed.
Hours have a share by their length, but at least what the index holds, days have what is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from collector.amounts import HEAVY_MIN
from collector.measures import Measure
from collector.rollups import DAY, HOUR, MINUTE
from collector.windows import Stretch

LIVE_PARTS = 16
"""The live minutes have more than their share by length: else every key in them would have to be looked up."""


class Shares(NamedTuple):
    """Who gained less than all of these can not be worth the floor."""

    hour: int
    """Gained in a closed hour by one metric."""
    day: int
    """In a closed day."""
    live: int
    """In all of the live minutes, by all metrics."""

    def floor(self, parts: dict[str, int]) -> int:
        """What nobody is worth who gained less than all of them in so many parts."""
        return parts.get(HOUR, 0) * (self.hour - 1) + parts.get(DAY, 0) * (self.day - 1) + self.live


def parts_of(measure: Measure, stretches: Iterable[Stretch]) -> dict[str, int]:
    """Buckets times metrics, by size."""
    parts: dict[str, int] = Counter()
    for stretch in stretches:
        parts[stretch.bucket] += len(stretch.starts()) * len(measure.of)
    return parts


def shares(floor: int, parts: dict[str, int], points: int = 1) -> Shares | None:
    """The shares of a floor in these parts, one of a metric being worth so many `points` at most; None where a share
    would be so small that no index has it.

    What is below all of them adds up to less than the floor.
    """
    hours, days = parts.get(HOUR, 0), parts.get(DAY, 0)
    live = -(-floor // LIVE_PARTS)
    left = floor - live
    least = (HEAVY_MIN - 1) * points + 1
    hour = max(least, left // max(1, hours + 24 * days) + 1)
    left -= hours * (hour - 1)
    day = left // days + 1 if days else least
    if left < 0 or day < least or parts.get(MINUTE):
        return None
    return Shares(hour, day, live)
