"""The closed part of a window: whole hours and days, for the keys that can reach the board.

A key that is worth `floor` or more in a window gained its share of `floor` in at least one of the window's buckets,
by at least one of the metrics that are summed: so those that did are all that have to be summed, and an index finds
them. It does not know which keys are shown.
"""

from __future__ import annotations

import numpy as np

from collector.amounts import HEAVY_MIN, Keys, Reader
from collector.measures import Measure
from collector.rollups import HOUR
from collector.sums import Sums
from collector.windows import LENGTH, Stretch, Window


class Closed:
    """Sums over closed buckets, of every key that can be worth `floor` by what it gained in them."""

    def __init__(self, reader: Reader, measure: Measure, window: Window, stretches: list[Stretch], floor: int) -> None:
        self._reader, self._measure, self._window, self._stretches = reader, measure, window, stretches
        least = [self.share(floor, stretch.bucket) for stretch in stretches]
        self.complete = floor <= 1 or min(least, default=HEAVY_MIN) < HEAVY_MIN
        """Whether it has every key."""
        self.floor = 1 if self.complete else floor
        if self.complete:
            amounts = reader.sums(measure, stretches)
        else:
            heavy = [reader.heavy(measure, *each) for each in zip(stretches, least, strict=True)]
            keys = np.concatenate(heavy) if heavy else np.empty((0, len(measure.source.key)), np.int64)
            amounts = reader.of(measure, stretches, np.unique(keys, axis=0))
        self.sums = Sums(amounts)

    def share(self, floor: int, bucket: str) -> int:
        """What a key that is worth `floor` gained in a bucket of this size by one metric, or more in another."""
        parts = self._window.length // LENGTH[bucket] * len(self._measure.of)
        return -(-floor // parts)

    @property
    def live_share(self) -> int:
        """What a key that is worth `floor` gained in the live hour, or else it is here."""
        return -(-self.floor // (self._window.length // LENGTH[HOUR]))

    def learn(self, keys: Keys) -> None:
        """Sum these keys too."""
        if not self.complete:
            self.sums.add(self._reader.of(self._measure, self._stretches, self.sums.without(keys)))
