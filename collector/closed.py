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
from collector.measures import Measure
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


def shares(floor: int, parts: dict[str, int], points: int = 1) -> Shares | None:
    """The shares of a floor, `parts` being closed buckets times metrics, by size, one of a metric being worth so many
    `points` at most; None where a share would be so small that no index has it.

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


class Complete:
    """Sums of every key over closed buckets: made once for all boards that need the same, and kept as long as one does.
    Engagement needs what four others do; of a history shorter than a window is, all long windows need the same."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._held: WeakValueDictionary[tuple[Measure, tuple[Stretch, ...]], Sums] = WeakValueDictionary()

    def sums(self, measure: Measure, stretches: list[Stretch]) -> list[Sums]:
        """Those whose sum the measure has. Not to be changed."""
        return [self._sums(part, stretches) for part in measure.parts()]

    def _sums(self, part: Measure, stretches: list[Stretch]) -> Sums:
        at = part, tuple(stretches)
        found = self._held.get(at)
        if found is None:
            found = self._held[at] = Sums(self._reader.sums(part, stretches))
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
        found = shares(floor, parts, max(measure.points, default=1)) if floor > 1 and parts else None
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
            heavy = [keys for stretch in stretches for keys in self._heavy(stretch, least[stretch.bucket])]
            keys = np.concatenate(heavy) if heavy else np.empty((0, len(measure.source.key)), np.int64)
            self.parts = [Sums(reader.of(measure, stretches, np.unique(keys, axis=0)))]

    def _heavy(self, stretch: Stretch, share: int) -> list[Keys]:
        """The keys that gained so much by one metric in one of these buckets."""
        if not self._measure.points:
            return [self._reader.heavy(self._measure, stretch, share)]
        each = zip(self._measure.of, self._measure.points, strict=True)
        return [
            self._reader.heavy(self._measure._replace(of=(by,)), stretch, -(-share // points)) for by, points in each
        ]

    def learn(self, keys: Keys) -> None:
        """Sum these keys too, each given once."""
        if not self.complete:
            (sums,) = self.parts
            sums.add(self._reader.of(self._measure, self._stretches, sums.without(keys)))
