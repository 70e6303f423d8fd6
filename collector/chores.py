"""Chores: what the roller does once a minute besides folding and making boards.

Days made ahead and dropped, the disk budget, purges. It decides when, and not how.
"""

from __future__ import annotations

import math
import time
from datetime import timedelta

import psycopg

from collector.boards import Boards
from collector.feeds.leaving import Leaving
from collector.purge import Purge
from collector.retention import Quiet, keep_to_budget, tend_days
from collector.settings import CollectorSettings
from collector.vitals import RollerVitals
from sql import statement

INTERVAL_S = 60.0
PURGE_INTERVAL_S = 6 * 3600.0
"""A purge reads the whole log for whoever was deleted meanwhile, and has this long to be through."""


SHOWN_CHANGE_KEPT = timedelta(days=3)
"""How long caches can learn that an account is not shown any more: longer than they keep an answer."""


_LAG_MAX = timedelta(minutes=2)
_QUIET = timedelta(hours=1)
"""Of stream time, more than any host is read again: for so long an old day stays that something has come for."""


class Chores:
    """What is due, on the monotonic clock."""

    def __init__(
        self, connection: psycopg.Connection, settings: CollectorSettings, boards: Boards, vitals: RollerVitals
    ) -> None:
        self._connection, self._settings = connection, settings
        self._boards, self._vitals = boards, vitals
        self._purge, self._leaving = Purge(connection, boards.note_purged), Leaving(connection)
        self._quiet = Quiet(connection, timedelta(seconds=settings.rewind_other_host_s_max) + _QUIET)
        self._done_at = self._purged_at = -math.inf
        self._purging = 0
        """Tables of the purge in work, when it was first looked at."""

    def work(self) -> None:
        """Do what is due. Raises what a lock that others hold raises; the next time will do."""
        now = time.monotonic()
        if now - self._done_at < INTERVAL_S:
            return
        self._done_at = now
        tend_days(self._connection, self._settings, self._quiet)
        self._connection.execute(statement("rollup/forget_changes"), {"age": SHOWN_CHANGE_KEPT})
        self._connection.execute(
            statement("rollup/forget_ticks"), {"age": timedelta(seconds=self._settings.live_kept_s)}
        )
        self._leaving.work()
        if self._is_live():
            self._connection.execute("select summarize_log()")
        shortened = keep_to_budget(self._connection, self._settings)
        self._vitals.set("log_days_short", shortened.log_days_short)
        self._vitals.set("over_budget_bytes", shortened.over_bytes)
        if now - self._purged_at > PURGE_INTERVAL_S:
            self._purged_at = now
            self._purge.begin()
        self._purge_some()

    def _is_live(self) -> bool:
        """Whether nothing is more urgent: to catch up is."""
        row = self._connection.execute("select watermark > now() - %s::interval from fold", (_LAG_MAX,)).fetchone()
        return row is not None and bool(row[0])

    def _purge_some(self) -> None:
        """A table, or as many as it takes to be through with all of them before the next purge begins."""
        left = self._purge.step() or 0
        self._purging = max(self._purging, left) if left else 0
        for _ in range(int(self._purging * INTERVAL_S / PURGE_INTERVAL_S)):
            self._purge.step()
