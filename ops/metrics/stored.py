"""Metrics that only the database knows, asked for at most every few seconds on a session of their own.

While it does not answer there is one sample: that it does not. It waits for nothing that the collector does.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import psycopg
from psycopg.rows import dict_row

from ops.metrics.exposition import Key, Metric, Value
from sql import statement
from sql.session import entry

_SECONDS = 10.0
"""How long an answer will do: what it is about moves slowly, and the size of a database is the sizes of its files."""
_PATIENCE_S = 3

STORED = (
    Metric("skytally_database_up", "gauge", "1 while the database answers."),
    Metric("skytally_database_size_bytes", "gauge", "What the database takes on its disk, without its log.", "bytes"),
    Metric(
        "skytally_watermark_timestamp_seconds", "gauge", "Everything delivered up to this time is in the rollups.",
        "seconds",
    ),
    Metric("skytally_quarantine_events", "gauge", "Events that stand in quarantine or did."),
    Metric("skytally_recorded_gaps", "gauge", "Intervals that upstream did not deliver, since the first run."),
    Metric("skytally_purge_age_seconds", "gauge", "How long the oldest purge in work has been so.", "seconds"),
    Metric("skytally_partitions", "gauge", "Days or months of each table that there are.", "", ("table",)),
    Metric("skytally_partition_ahead_days", "gauge", "Days of the event log made after the one that is written."),
    Metric("skytally_selfcheck_differences", "gauge", "What did not add up at the last self-check."),
    Metric("skytally_selfcheck_timestamp_seconds", "gauge", "When the last self-check ended.", "seconds"),
    Metric("skytally_last_selfcheck_seconds", "gauge", "What the last self-check took.", "seconds"),
    Metric("skytally_backup_timestamp_seconds", "gauge", "The moment that the last backup is of.", "seconds"),
    Metric("skytally_backup_size_bytes", "gauge", "What the last backup takes where it is.", "bytes"),
)  # fmt: skip
"""Every metric that comes from here; the statement names them, without what all names begin with."""


class Stored:
    """Asks, and remembers for a while."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = entry(conninfo, "skytally_collector", "metrics", connect_timeout_s=_PATIENCE_S)
        self._connection: psycopg.Connection[Any] | None = None
        self._last: dict[Key, Value] = {}
        self._asked_at = -_SECONDS
        self._one = threading.Lock()

    def samples(self) -> dict[Key, Value]:
        """What there is."""
        with self._one:
            if time.monotonic() - self._asked_at >= _SECONDS:
                self._last = self._ask()
                self._asked_at = time.monotonic()
            return self._last

    def _ask(self) -> dict[Key, Value]:
        try:
            if self._connection is None:
                self._connection = psycopg.connect(self._conninfo, autocommit=True)
                self._connection.execute("select set_config('statement_timeout', %s, false)", (f"{_PATIENCE_S}s",))
            return _samples(self._connection)
        except psycopg.Error as error:  # who is told of it is the supervisor, whose database it is
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            # a question that it refuses it has answered
            return {("skytally_database_up", ()): 0 if isinstance(error, psycopg.OperationalError) else 1}


def _samples(connection: psycopg.Connection[Any]) -> dict[Key, Value]:
    row = connection.cursor(row_factory=dict_row).execute(statement("metrics/state")).fetchone()
    assert row is not None
    found: dict[Key, Value] = {
        (f"skytally_{name}", ()): float(value) for name, value in row.items() if value is not None
    }
    for table, partitions in connection.execute(statement("metrics/partitions")):
        found["skytally_partitions", (table,)] = partitions
    return found | {("skytally_database_up", ()): 1}
