"""Active accounts: how many different ones made a post, reply, like, repost or follow in a window.

Distinct accounts of two buckets can not be added up, but sketches of them can be united: one is kept of every closed
hour, in a table, and of every minute at the edges of the windows, in memory. A record that is deleted later was made
all the same. It ranks nothing.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import psycopg

from collector.amounts import Reader
from collector.board_state import State
from collector.measures import ACCOUNT
from collector.rollups import HOUR, MINUTE
from collector.sketch import Registers, estimate, sketch_of, union
from collector.windows import DAY_LONG, HOUR_LONG, LENGTH, Stretch, ceiling, floor
from sql import statement
from sql.metrics import Metric

MADE = tuple(map(int, (Metric.POSTS, Metric.REPLIES, Metric.LIKES, Metric.REPOSTS, Metric.FOLLOWS)))
"""What makes an account active; a quote is also a post or a reply."""
_MINUTE, _HOUR = LENGTH[MINUTE], LENGTH[HOUR]


class Active:
    """Counts on one session."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._reader = Reader(connection)
        self._minutes: dict[datetime, Registers] = {}

    def move_to(self, watermark: datetime, changed: set[datetime]) -> None:
        """Keep in memory what windows still need; `changed` minutes have been folded into since the last time."""
        ends = floor(watermark, MINUTE) + _MINUTE
        edges = [
            (floor(watermark, HOUR), ends),
            *((ends - w.length, ceiling(ends - w.length, HOUR)) for w in (HOUR_LONG, DAY_LONG)),
        ]
        self._minutes = {
            minute: registers
            for minute, registers in self._minutes.items()
            if minute not in changed and any(begin <= minute < end for begin, end in edges)
        }

    def forget(self) -> None:
        """Remember nothing: somebody else has changed the rollups."""
        self._minutes = {}

    def between(self, begin: datetime, end: datetime, state: State) -> int:
        """How many are active from `begin` to before `end`, whole minutes."""
        first = ceiling(begin, HOUR)
        last = max(first, min(floor(end, HOUR), state.closed[HOUR] or first))
        hours = self._hours(first, last, state)
        return estimate(union([*self._each(begin, first), *hours, *self._each(last, end)]))

    def forget_hours(self, before: datetime) -> None:
        """Drop the sketches of hours before this."""
        self._connection.execute(statement("active/forget_hours"), {"before": before})

    def _each(self, begin: datetime, end: datetime) -> list[Registers]:
        """The sketches of these minutes."""
        found = []
        for minute in Stretch(MINUTE, begin, end).starts():
            if minute not in self._minutes:
                self._minutes[minute] = self._made(Stretch(MINUTE, minute, minute + _MINUTE))
            found.append(self._minutes[minute])
        return found

    def _hours(self, begin: datetime, end: datetime, state: State) -> list[Registers]:
        """The sketches of these closed hours; those that are not there are made and kept."""
        rows = self._connection.execute(statement("active/hours"), {"begin": begin, "end": end}).fetchall()
        found = [np.frombuffer(registers, np.uint8) for _, registers in rows if registers is not None]
        for hour in (hour for hour, registers in rows if registers is None):
            is_recent = hour >= floor(state.watermark, HOUR) - _HOUR
            # minutes are read anew, for the last ones may have grown; of hours a day is read whole for one of them
            registers = self._made(Stretch(MINUTE if is_recent else HOUR, hour, hour + _HOUR))
            self._connection.execute(statement("active/keep_hour"), {"hour": hour, "registers": registers.tobytes()})
            found.append(registers)
        return found

    def _made(self, stretch: Stretch) -> Registers:
        return sketch_of(self._reader.gainers(ACCOUNT, MADE, stretch)[:, 0])
