"""The closed part of a window: whole hours and days, for the keys that can reach the board.

A key that is worth `floor` or more gained its share in at least one of the window's buckets, by at least one of the
metrics that are summed: so those that did are all that have to be summed, and an index finds them. Hours have a share
by their length, but at least what the index holds, days have what is left. It does not know which keys are shown.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple
from weakref import WeakValueDictionary

import numpy as np

from collector.amounts import HEAVY_MIN, Keys, Reader
from collector.measures import Measure, Source
from collector.rollups import DAY, HOUR, MINUTE
from collector.sums import Sums
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


def shares(floor: int, parts: dict[str, int]) -> Shares | None:
    """The shares of a floor, `parts` being closed buckets times metrics, by size; None where one would be so small that
    no index has it.

    What is below all of them adds up to less than the floor.
    """
    hours, days = parts.get(HOUR, 0), parts.get(DAY, 0)
    live = -(-floor // LIVE_PARTS)
    left = floor - live
    hour = max(HEAVY_MIN, left // max(1, hours + 24 * days) + 1)
    left -= hours * (hour - 1)
    day = left // days + 1 if days else HEAVY_MIN
    if left < 0 or day < HEAVY_MIN or parts.get(MINUTE):
        return None
    return Shares(hour, day, live)


class Complete:
    """Sums of every key over closed buckets: made once for all boards that need the same, and kept as long as one does.
    Engagement needs what four others do; of a history shorter than a window is, all long windows need the same."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._held: WeakValueDictionary[tuple[Source, int, tuple[Stretch, ...]], Sums] = WeakValueDictionary()

    def sums(self, measure: Measure, stretches: list[Stretch]) -> list[Sums]:
        """Those whose sum the measure has. Not to be changed."""
        return [self._sums(measure, by, stretches) for by in measure.of]

    def _sums(self, measure: Measure, by: int, stretches: list[Stretch]) -> Sums:
        at = measure.source, by, tuple(stretches)
        found = self._held.get(at)
        if found is None:
            found = self._held[at] = Sums(self._reader.sums(measure._replace(of=(by,)), stretches))
        return found

    def forget(self) -> None:
        """Closed buckets are not as they were."""
        self._held.clear()


class Closed:
    """Sums over closed buckets, of every key that can be worth `floor` by what it gained in them."""

    def __init__(
        self, reader: Reader, complete: Complete, measure: Measure, stretches: list[Stretch], floor: int
    ) -> None:
        self._reader, self._measure, self._stretches = reader, measure, stretches
        parts: dict[str, int] = Counter()
        for stretch in stretches:
            parts[stretch.bucket] += len(stretch.starts()) * len(measure.of)
        found = shares(floor, parts) if floor > 1 and parts else None
        self.complete = found is None
        """Whether it has every key."""
        self.floor = 1 if found is None else floor
        """Whoever is worth less may not be here."""
        self.live_share = 1 if found is None else found.live
        """What a key that is worth `floor` gained in the live minutes, or else it is here."""
        if found is None:
            self.parts = complete.sums(measure, stretches)
        else:
            least = {HOUR: found.hour, DAY: found.day}
            heavy = [reader.heavy(measure, stretch, least[stretch.bucket]) for stretch in stretches]
            keys = np.concatenate(heavy) if heavy else np.empty((0, len(measure.source.key)), np.int64)
            self.parts = [Sums(reader.of(measure, stretches, np.unique(keys, axis=0)))]

    def learn(self, keys: Keys) -> None:
        """Sum these keys too, each given once."""
        if not self.complete:
            (sums,) = self.parts
            sums.add(self._reader.of(self._measure, self._stretches, sums.without(keys)))
