"""The live part of the windows: the minutes at their edges, as sums that minutes are added to and taken from.

Three stretches of minutes make the edges of all windows: the current hour up to the watermark's minute; of the hour
before, and of the same hour a day before, what still lies in the windows of an hour and of a day. It reads minutes;
it knows nothing of closed hours and ranks nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from collector.amounts import Amounts, Reader, no_amounts, weighed
from collector.measures import Measure, read_for
from collector.rollups import HOUR, MINUTE
from collector.sums import Sums
from collector.windows import DAY_LONG, HOUR_LONG, LENGTH, Stretch, Window, ceiling, floor

_MINUTE = LENGTH[MINUTE]


class Part:
    """Consecutive minutes, summed by what boards need."""

    def __init__(self, reader: Reader, measures: Sequence[Measure], begin: datetime) -> None:
        self._reader = reader
        self.begin = self.end = begin
        self._read = read_for(measures)
        self._sums = {part: Sums(no_amounts(part.source)) for measure in measures for part in measure.parts()}

    def grow(self, end: datetime) -> None:
        """Add minutes up to `end`."""
        while self.end < end:
            for of, amounts in list(self._minute(self.end)):  # a minute that can not be read whole is not added
                self._sums[of].add(amounts)
            self.end += _MINUTE

    def shrink(self, begin: datetime) -> None:
        """Take the minutes before `begin` away."""
        while self.begin < min(begin, self.end):
            for of, amounts in list(self._minute(self.begin)):
                self._sums[of].take(amounts)
            self.begin += _MINUTE

    def sums(self, measure: Measure) -> list[Sums]:
        """The sums whose sum this measure has here. For reading."""
        return [self._sums[part] for part in measure.parts()]

    def _minute(self, minute: datetime) -> Iterator[tuple[Measure, Amounts]]:
        stretch = Stretch(MINUTE, minute, minute + _MINUTE)
        found = {source: self._reader.each(source, of, stretch) for source, of in self._read.items()}
        for part in self._sums:
            of_source = found[part.source]
            if part.points:
                yield part, weighed(part, of_source)
            elif part.of[0] in of_source:
                yield part, of_source[part.of[0]]


class Live:
    """The live parts at one watermark; moves on with it."""

    def __init__(self, reader: Reader, measures: Sequence[Measure]) -> None:
        self._reader, self._measures = reader, measures
        self._parts: list[Part] = []
        self._of: dict[Window, list[Part]] = {}
        self._always: list[Part] = []

    def move_to(self, watermark: datetime, changed: set[datetime]) -> None:
        """Be as the minutes are now; `changed` have been folded into since the last time."""
        minute, hour = floor(watermark, MINUTE), floor(watermark, HOUR)
        after = minute + _MINUTE
        held = [part for part in self._parts if not any(part.begin <= at < part.end for at in changed)]
        settled = self._over(hour, minute, held)
        hour_ago = self._over(after - HOUR_LONG.length, hour, held)
        day_ago = self._over(after - DAY_LONG.length, ceiling(after - DAY_LONG.length, HOUR), held)
        now = self._over(minute, after, [])  # it may still grow, so it is read anew every time
        self._parts = [settled, hour_ago, day_ago]
        self._of = {HOUR_LONG: [settled, now, hour_ago], DAY_LONG: [settled, now, day_ago]}
        self._always = [settled, now]

    def forget(self) -> None:
        """Read everything anew the next time."""
        self._parts = []

    def parts(self, measure: Measure, window: Window) -> list[Sums]:
        """The sums whose sum is the live part of this board."""
        return [sums for part in self._of.get(window, self._always) for sums in part.sums(measure)]

    def _over(self, begin: datetime, end: datetime, held: list[Part]) -> Part:
        """The part from `begin` to `end`, made from one of these where it overlaps with one."""
        fitting = (part for part in held if part.begin <= begin < part.end <= end)
        part = next(fitting, None) or Part(self._reader, self._measures, begin)
        part.grow(end)
        part.shrink(begin)
        return part
