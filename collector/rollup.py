"""The fold: tallies leave and rollups grow in one transaction.

Workers write tallies to one of two segments. A fold takes the other one whole: sums it into the rollups and truncates
it, so a crash at any point leaves a tally either there or counted. There is no mark of what has been folded that
could be wrong. It knows tables, not events.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import psycopg
from psycopg import sql

from collector.crashpoint import crashpoint
from collector.reposts import Reposts
from collector.rollups import DAY, HOUR, MINUTE, ROLLUPS, TALLIES, add_tallies, sum_up
from sql import statement

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


class Folded(NamedTuple):
    """What a fold has done."""

    minutes: set[datetime]
    """Those that tallies were added to; none: there was nothing to fold."""
    watermark: datetime | None
    others: bool = False
    """Whether another roller may have folded since this one did so last."""


class Fold:
    """The rollups' one writer, on one session."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._folds: int | None = None
        self._others = False
        self._reposts = Reposts(connection)

    def fold(self) -> Folded:
        """Fold what is waiting, turn the segments, fold again."""
        left_over = self._fold_segment(1 - self._segment(), None)  # of a fold that was cut off
        segment, watermark = self._turn()
        found = self._fold_segment(1 - segment, watermark)
        others, self._others = self._others, False
        return Folded(left_over | found, self._finish(watermark), others)

    def _segment(self) -> int:
        row = self._connection.execute("select segment from fold").fetchone()
        assert row is not None
        return int(row[0])

    def _turn(self) -> tuple[int, datetime | None]:
        """Send workers to the other segment; return it, and up to where the two and the rollups are complete.

        The lock waits for the workers' transactions and they wait for it, briefly.
        """
        with self._connection.transaction():
            self._connection.execute("select pg_advisory_xact_lock(hashtext('skytally fold'))")
            row = self._connection.execute(statement("rollup/turn_segment")).fetchone()
        crashpoint("fold_turned")
        assert row is not None
        return int(row[0]), row[1]

    def _fold_segment(self, segment: int, watermark: datetime | None) -> set[datetime]:
        """Fold a segment, with which all is there up to the watermark; the minutes that there were tallies of."""
        tables = {table: sql.Identifier(f"{table}_{segment}") for table in TALLIES}
        every = sql.SQL(", ").join(tables.values())
        with self._connection.transaction():
            # what is truncated must be what was summed, even while a roller of an earlier run still turns segments
            self._connection.execute(sql.SQL("lock table {} in access exclusive mode").format(every))
            decided_to = self._reposts.decide(tables["account_tally"], watermark)
            minutes = self._minutes(tables)
            if not minutes:
                self._reposts.decided_to = decided_to
                return minutes
            self._connection.execute(statement("rollup/ensure_days"), {"days": list({m.date() for m in minutes})})
            # nobody is in the middle of writing to it: what can be seen now is all that there was
            self._connection.execute(statement("rollup/note_folded"), {"segment": segment})
            self._add(tables, minutes)
            self._connection.execute(sql.SQL("truncate {}").format(every))
            crashpoint("fold_truncated")
        self._reposts.decided_to = decided_to
        crashpoint("fold_done")
        return minutes

    def _add(self, tables: dict[str, sql.Identifier], minutes: set[datetime]) -> None:
        """Tallies into their minutes, and what is late for its hour or day into those too."""
        hours_to, days_to = self._lock()
        self._count()
        if hours_to is not None:
            forget = sql.SQL(statement("rollup/forget_active")).format(**tables)
            self._connection.execute(forget, {"before": hours_to})
        new = self._new(minutes)
        self._add_to(MINUTE, tables, new, minutes, is_first=True)
        self._add_to(MINUTE, tables, minutes - new, minutes)
        for bucket, before in ((HOUR, hours_to), (DAY, days_to)):
            late = {minute for minute in minutes if before is not None and minute < before}
            self._add_to(bucket, tables, late, minutes)

    def _add_to(
        self, bucket: str, tables: dict[str, sql.Identifier], some: set[datetime], every: set[datetime], *,
        is_first: bool = False,
    ) -> None:
        """Tallies of some minutes into buckets of this size."""
        if not some:
            return
        chosen = None if some == every else list(some)  # without a choice it is clear to the planner how much there is
        for rollup in ROLLUPS:
            query = add_tallies(rollup, bucket, tables[rollup.tallies], is_first=is_first)
            self._connection.execute(query, {"minutes": chosen})
            crashpoint("fold_summed")

    def _new(self, minutes: set[datetime]) -> set[datetime]:
        """Those that the rollups have nothing of."""
        found = self._connection.execute(statement("rollup/new_minutes"), {"minutes": list(minutes)})
        return {minute for (minute,) in found}

    def _count(self) -> None:
        """Count the fold; whether another roller may have folded since the last one of this, is remembered."""
        row = self._connection.execute("update fold set folds = folds + 1 returning folds").fetchone()
        assert row is not None
        self._others |= self._folds is None or row[0] != self._folds + 1
        self._folds = row[0]

    def _minutes(self, tables: dict[str, sql.Identifier]) -> set[datetime]:
        """Those of all tallies. Every event leaves one of the network, and a late create a loss in the minute of a
        delete that came before: where another create stood in its place, that may be of terms alone."""
        query = sql.SQL(
            "select minute from {network_tally} union select minute from {account_tally} union "
            "select minute from {term_tally}"
        ).format(**tables)
        return {minute for (minute,) in self._connection.execute(query)}

    def _finish(self, watermark: datetime | None) -> datetime | None:
        row = self._connection.execute(statement("rollup/finish_fold"), {"watermark": watermark}).fetchone()
        return row[0] if row else None

    def close(self, watermark: datetime) -> bool:
        """Sum up the oldest day, or else the oldest hour, that the watermark has passed; whether there was one.

        What comes for it later is added by its fold.
        """
        with self._connection.transaction():
            self._lock()
            row = self._connection.execute(statement("rollup/next_to_close")).fetchone()
            assert row is not None
            hour, day, hours_to = row
            if day is not None and hours_to is not None and day + _DAY <= hours_to:
                self._sum_up(DAY, day, day + _DAY)
            elif hour is not None and hour + _HOUR <= watermark:
                self._sum_up(HOUR, hour, hour + _HOUR)
            else:
                return False
        crashpoint("closed")
        return True

    def _sum_up(self, bucket: str, begin: datetime, end: datetime) -> None:
        for rollup in ROLLUPS:
            self._connection.execute(sum_up(rollup, bucket), {"begin": begin, "end": end})
            crashpoint("summed_up")
        column = sql.Identifier(f"{bucket}s_to")
        self._connection.execute(sql.SQL("update fold set {column} = %(end)s").format(column=column), {"end": end})

    def _lock(self) -> tuple[datetime | None, datetime | None]:
        """Let nobody else fold or close until the transaction ends; return up to where hours and days are summed up."""
        row = self._connection.execute("select hours_to, days_to from fold for update").fetchone()
        assert row is not None
        return row[0], row[1]
