"""The writer: one transaction per batch. Rows, tallies, quarantine, account states and the lanes' cursors live or die
together, so an asynchronous commit loses time but never agreement.

It owns the order inside that transaction and what to do when the database refuses it: data errors are narrowed down to
the rows that cause them, everything else is the caller's. It does not decide what counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import psycopg
from psycopg import sql

from collector.batch import UNKNOWN_US
from collector.checkpoint import unix_time
from collector.content import SAMPLE_BYTES_MAX, Accepted, Content, copy_of
from collector.crashpoint import crashpoint
from collector.errors import Fenced
from collector.feeds.taking import Taking
from collector.overlap import Recognised
from collector.rows import COLUMNS, key_of
from collector.standing import write_standing
from collector.tally import (
    ACCOUNT_COLUMNS,
    DAY_US,
    NETWORK_COLUMNS,
    REPOST_COLUMNS,
    TERM_COLUMNS,
)
from collector.ticks import ticks_of
from collector.vitals import COPIED
from sql import statement

ATTEMPTS = 5
"""Tries of one batch against passing trouble (a deadlock, a lock held too long) before the process ends."""

_PASSING = (
    psycopg.errors.DeadlockDetected,
    psycopg.errors.LockNotAvailable,
    psycopg.errors.SerializationFailure,
)
_TALLY_TABLES = (
    ("account_tally", ACCOUNT_COLUMNS),
    ("term_tally", TERM_COLUMNS),
    ("network_tally", NETWORK_COLUMNS),
)


class Writer:
    """Writes the batches of one worker in one epoch."""

    def __init__(self, connection: psycopg.Connection, host: str, epoch: int, lanes: Sequence[int]) -> None:
        self._connection = connection
        self._host = host
        self._epoch = epoch
        self._lanes = list(lanes)
        self._batch = 0
        self._days: set[int] = set()
        self.copied = dict.fromkeys(COPIED, 0)
        """Rows that are durable, by table."""

    def write(self, content: Content, feeds: Taking | None = None) -> Counter[str]:
        """Make one batch durable, with what feeds take of it; return how many of its refused events were new to the
        quarantine, by reason.

        Raises Fenced when another run owns the lanes, psycopg.OperationalError when the connection is lost: then
        nothing held in memory says what is durable any more, and the process must end.
        """
        attempts = 0
        while True:
            try:
                self._ensure_days(content)
                new = self._transaction(content, feeds)
                break
            except _PASSING:
                attempts += 1
                if attempts == ATTEMPTS:
                    raise
            except psycopg.errors.CheckViolation:  # retention has dropped a day that was made for an old event
                attempts += 1
                if attempts == ATTEMPTS:
                    raise
                self._days.clear()
            except (psycopg.DataError, psycopg.errors.ProgramLimitExceeded):
                bad = self._narrow(content.everything())
                if not bad:
                    raise
                content.refuse(bad, "refused_by_database")
                if feeds is not None:
                    feeds.give_up({key_of(item.row) for item in bad})
        self._batch += 1
        crashpoint("after_commit")
        return new

    def _transaction(self, content: Content, feeds: Taking | None) -> Counter[str]:
        tallies = content.tallies
        crashpoint("before_begin")
        copied = {}
        with self._connection.transaction():
            cursor = self._connection.cursor()
            # while any worker is in its transaction, the roller does not turn the tally segments
            cursor.execute("select pg_advisory_xact_lock_shared(hashtext('skytally fold'))")
            quarantined = self._quarantine(cursor, content)
            segment = self._advance(cursor, content, [lane for lane, _ in quarantined])
            crashpoint("after_advance")
            if any(content.events):
                copied["event"] = self._copy(cursor, "event", COLUMNS, content.event_rows())
                crashpoint("after_events")
                packed = (tallies.account_rows(), tallies.term_rows(), tallies.network_rows())
                for (table, columns), data in zip(_TALLY_TABLES, packed, strict=True):
                    copied[table] = self._copy(cursor, f"{table}_{segment}", columns, data)
                copied["repost_tally"] = self._copy(cursor, "repost_tally", REPOST_COLUMNS, tallies.repost_rows())
                copied["tick"] = self._tick(cursor, content, segment)
                crashpoint("after_tallies")
                write_standing(cursor, content)
                if feeds is not None:
                    feeds.write(cursor, min(self._lanes))
            for gap in content.gaps:
                given = {"from_time": unix_time(gap.from_us), "to_time": unix_time(gap.to_us), "reason": gap.reason}
                cursor.execute(statement("event/insert_gap"), {"host": self._host, **given})
            if content.recognised is not None:
                self._note(cursor, content.recognised)
            crashpoint("before_commit")
        for table, rows in copied.items():
            self.copied[table] += rows
        return Counter(reason for _, reason in quarantined)

    def _tick(self, cursor: psycopg.Cursor, content: Content, segment: int) -> int:
        rows = [
            {**tick._asdict(), "minute": unix_time(tick.minute_us), "segment": segment} for tick in ticks_of(content)
        ]
        cursor.executemany(statement("event/insert_tick"), rows)
        return len(rows)

    def _advance(self, cursor: psycopg.Cursor, content: Content, quarantined: list[int]) -> int:
        duplicates = Counter(content.duplicates)
        refused = Counter(quarantined)
        cursor.execute(
            statement("checkpoint/advance"),
            {
                "epoch": self._epoch,
                "batch": self._batch,
                "lanes": self._lanes,
                "events": [content.events[lane] for lane in self._lanes],
                "duplicates": [duplicates[lane] for lane in self._lanes],
                "quarantined": [refused[lane] for lane in self._lanes],
                "cursor": content.position.cursor,
                "stream_time": unix_time(content.position.time_us) if content.position.time_us != UNKNOWN_US else None,
                "content_time": unix_time(content.content_us) if content.content_us is not None else None,
            },
        )
        rows = cursor.fetchall()
        if len(rows) != len(self._lanes):
            raise Fenced(f"Epoch {self._epoch}, batch {self._batch}: {len(rows)} of {len(self._lanes)} lanes are ours.")
        return int(rows[0][0])

    def _note(self, cursor: psycopg.Cursor, seen: Recognised) -> None:
        earliest = unix_time(seen.earliest_us) if seen.earliest_us is not None else None
        given = {"known": seen.known, "unknown": seen.unknown, "earliest": earliest, "passed": seen.passed}
        cursor.execute(
            statement("checkpoint/note_overlap"), {"epoch": self._epoch, "lane": min(self._lanes), **given}
        )

    def _quarantine(self, cursor: psycopg.Cursor, content: Content) -> list[tuple[int, str]]:
        refused = list({item.digest: item for item in content.refused}.values())
        if not refused:
            return []
        cursor.execute(
            statement("event/insert_quarantine"),
            {
                "host": self._host,
                "epoch": self._epoch,
                "cursor": content.position.cursor,
                "digests": [item.digest for item in refused],
                "reasons": [item.reason for item in refused],
                "lanes": [item.lane for item in refused],
                "sizes": [len(item.frame) for item in refused],
                "samples": [item.frame[:SAMPLE_BYTES_MAX] for item in refused],
            },
        )
        return cursor.fetchall()

    def _ensure_days(self, content: Content) -> None:
        for day in content.tallies.days() - self._days:
            self._connection.execute("select ensure_day(%s)", (unix_time(day * DAY_US).date(),))
            self._days.add(day)

    def _narrow(self, items: list[Accepted]) -> list[Accepted]:
        """The rows that the database refuses, found by halves, in transactions that leave nothing behind."""
        if not items or self._takes(items):
            return []
        if len(items) == 1:
            return items
        half = len(items) // 2
        return self._narrow(items[:half]) + self._narrow(items[half:])

    def _takes(self, items: list[Accepted]) -> bool:
        try:
            with self._connection.transaction(force_rollback=True):
                self._copy(self._connection.cursor(), "event", COLUMNS, copy_of([item.row.packed for item in items]))
        except (psycopg.DataError, psycopg.errors.ProgramLimitExceeded):
            return False
        return True

    def _copy(self, cursor: psycopg.Cursor, table: str, columns: Sequence[str], data: bytes) -> int:
        """One binary COPY; how many rows it had. The column list comes from the module that packs the rows, so they can
        not drift apart."""
        query = sql.SQL("copy {} ({}) from stdin (format binary)").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with cursor.copy(query) as copy:
            copy.write(data)
        return cursor.rowcount

