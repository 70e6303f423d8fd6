"""Live sums: minutes added and taken away, whole or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast

import numpy as np
import psycopg
import pytest

from collector.amounts import Amounts, Reader
from collector.live import Part
from collector.measures import MEASURES, Source
from collector.windows import Stretch

NOON = datetime(2026, 7, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Locked:
    """A reader to whom somebody refuses the last table, as often as is said."""

    def __init__(self, refusals: int) -> None:
        self.left = refusals

    def each(self, source: Source, of: list[int], stretch: Stretch) -> dict[int, Amounts]:
        if source.rollup.name == "term" and self.left:
            self.left -= 1
            raise psycopg.errors.LockNotAvailable
        keys = np.ones((1, len(source.key)), np.int64)
        return {by: Amounts(keys, np.array([3]), np.array([1])) for by in of}


def worth(part: Part) -> set[tuple[int, int]]:
    """What the one key gained and lost by every measure that is one sum."""
    found: set[tuple[int, int]] = set()
    for measure in (each for each in MEASURES if not each.points):
        for sums in part.sums(measure):
            gained, lost = sums.of(np.ones((1, len(measure.source.key)), np.int64))
            found |= {(int(gained[0]), int(lost[0]))}
    return found


def test_a_minute_that_can_not_be_read_whole_is_neither_added_nor_taken_away() -> None:
    reader = Locked(1)
    part = Part(cast(Reader, reader), [each for each in MEASURES if not each.points], NOON)
    with pytest.raises(psycopg.errors.LockNotAvailable):
        part.grow(NOON + MINUTE)
    part.grow(NOON + 2 * MINUTE)
    assert worth(part) == {(6, 2)}
    reader.left = 1
    with pytest.raises(psycopg.errors.LockNotAvailable):
        part.shrink(NOON + MINUTE)
    part.shrink(NOON + MINUTE)
    assert worth(part) == {(3, 1)}
