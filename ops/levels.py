"""Watching levels: who has just risen, how many events come, and what they are, out of the database every few seconds.

A level-up is seen when its minute is over and folded. It draws nothing.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

import psycopg

from sql import statement
from web.level import level_of

RULESET = "article"
ACCOUNTS_MAX = 5_000
"""Of a minute: those who earned most. Each costs some lookups."""
SAMPLES, LOGGED = 60, 200
_MINUTE = timedelta(minutes=1)
_MINUTES_AT_ONCE = 3
"""When it falls behind more than that, minutes are left out."""


class LevelUp(NamedTuple):
    """An account that has reached a level."""

    minute: datetime
    name: str
    before: int
    after: int
    experience: int


@dataclass(slots=True)
class Levels:
    """What is seen on one session."""

    connection: psycopg.Connection
    rates: deque[float] = field(default_factory=lambda: deque(maxlen=SAMPLES))
    """Events a second between two looks."""
    log: deque[LevelUp] = field(default_factory=lambda: deque(maxlen=LOGGED))
    created: dict[str, int] = field(default_factory=dict)
    """Records created since the first look, by collection."""
    watermark: datetime | None = None
    _events: int = 0
    _looked_at: float = 0.0
    _since: datetime | None = None
    _next: datetime | None = None

    def look(self) -> list[LevelUp]:
        """Look once more; the level-ups of the minutes that have ended since."""
        row = self.connection.execute(statement("metrics/pulse"), {"since": self._since}).fetchone()
        assert row is not None
        events, self.watermark, self.created = row
        now = time.monotonic()
        if self._looked_at:
            self.rates.append((events - self._events) / (now - self._looked_at))
        self._events, self._looked_at = events, now
        if self.watermark is None:
            return []
        minute = self.watermark.replace(second=0, microsecond=0)
        if self._next is None:
            self._since, self._next = minute, minute
        found: list[LevelUp] = []
        self._next = max(self._next, minute - _MINUTES_AT_ONCE * _MINUTE)
        while self._next < minute:
            found += self._of(self._next)
            self._next += _MINUTE
        self.log.extend(found)
        return found

    def _of(self, minute: datetime) -> list[LevelUp]:
        given = {"minute": minute, "ruleset": RULESET, "accounts": ACCOUNTS_MAX}
        return [
            LevelUp(minute, f"@{handle}" if handle else did, level_of(before), level_of(after), after)
            for did, handle, before, after in self.connection.execute(statement("metrics/level_ups"), given)
            if level_of(before) < level_of(after)
        ]
