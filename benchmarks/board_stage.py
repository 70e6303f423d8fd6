"""The stage of the boards' benchmark: a generated history of 30 days up to half past noon, and what comes after it.

It writes what folds, closed hours and deleted accounts would have left, and makes no board.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg

from benchmarks.history import History, hours
from benchmarks.options import BoardsOptions
from collector.rollups import DAY, HOUR, MINUTE
from collector.windows import LENGTH, floor

NOW = datetime(2026, 7, 4, 12, 30, tzinfo=UTC)
DAYS = 30
_HOUR = floor(NOW, HOUR)


class Stage:
    """Rollups in an empty database, on a session of its owner."""

    def __init__(self, owner: psycopg.Connection, options: BoardsOptions, times: int) -> None:
        """A history so many times as long as the options say, at `NOW`."""
        self._owner, self._events = owner, options.rate * 60
        self._history = History(owner, options.accounts * times, options.seed)
        self._minute = 0  # after NOW, up to which everything is written
        self.account_hours = self._write(options.account_hours * times / (DAYS * 24))
        """Accounts with anything, by hour."""

    def move_to(self, minute: int) -> None:
        """Let time go on to this minute after `NOW`. An hour that is over then is summed up, and its boards are due."""
        for number in range(self._minute + 1, minute + 1):
            self._history.write(MINUTE, NOW + number * LENGTH[MINUTE], self._events)
        before, watermark = (floor(NOW + number * LENGTH[MINUTE], HOUR) for number in (self._minute, minute))
        if watermark > before:
            self._history.sum_up(HOUR, before)
            self._owner.execute("update fold set hours_to = %s, boards_to = %s", (watermark, before))
        self._minute = minute
        self._tell()

    def delete(self, count: int) -> None:
        """Let so many accounts, big ones and small ones, be deleted an hour ago."""
        query = """
            update account
            set status = 'deleted', active = false, status_time = %s
            where id in (select id from account order by id limit %s)
        """
        self._owner.execute(query, (_HOUR - LENGTH[HOUR], count))

    def _write(self, accounts: float) -> int:
        """The whole history, with so many accounts in an hour; the number of account-hours."""
        history = self._history
        filled_to = floor(NOW, DAY) - LENGTH[DAY]
        history.fill(filled_to - timedelta(days=DAYS), filled_to)
        self._ensure_days(filled_to, 3)
        history.write_names()
        events = history.events_of(accounts)
        at_edges = [_HOUR - timedelta(hours=number) for number in (24, 23, 1)]
        written = 0
        for begin in hours(_HOUR, DAYS):
            if begin in at_edges:
                for number in range(60):
                    history.write(MINUTE, begin + number * LENGTH[MINUTE], self._events)
                history.sum_up(HOUR, begin)
            else:
                written += history.write(HOUR, begin, events)
            if floor(begin, DAY) == begin - timedelta(hours=23):
                history.write_day(floor(begin, DAY))
        for number in range((NOW - _HOUR) // LENGTH[MINUTE] + 1):
            history.write(MINUTE, _HOUR + number * LENGTH[MINUTE], self._events)
        history.settle()
        self._ensure_days(filled_to - timedelta(days=DAYS), DAYS)
        self._owner.execute("update fold set hours_to = %s, days_to = %s, folds = 1", (_HOUR, floor(NOW, DAY)))
        self._tell()
        self._owner.execute("analyze")
        return written

    def _ensure_days(self, first: datetime, count: int) -> None:
        for number in range(count):
            self._owner.execute("select ensure_day(%s)", ((first + timedelta(days=number)).date(),))

    def _tell(self) -> None:
        self._owner.execute("update fold set watermark = %s", (NOW + self._minute * LENGTH[MINUTE],))
