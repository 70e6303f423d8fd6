"""What is not known any more of an account that was purged.

Whether an event of it was counted before the purge nobody can say. It is taken as counted: nearly every one was, and
none may count twice.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from collector.rows import Row


class Forgotten(NamedTuple):
    """In stream time, microseconds."""

    before_us: float
    known_to_us: float

    def takes(self, *times_us: int) -> bool:
        """Whether an event may have been counted and purged, by its stream time and that of its rev: another host may
        have given it a later time, but not a later rev."""
        return any(time_us < self.before_us for time_us in times_us)

    def known(self, history: list[Row], time_us: int) -> list[Row]:
        """What is known of a record to an event of this stream time: without what is purged, once it may be gone."""
        if time_us < self.known_to_us:
            return history
        return [row for row in history if row.time_us >= self.before_us]


NEVER = Forgotten(-math.inf, math.inf)
"""Of an account that was not purged."""
