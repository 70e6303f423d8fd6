"""The proof that two hosts join: how much of the overlap was recognised, and what follows from it.

At least 99 of 100 events older than the frontier must have been counted before; else the host is read again from
twice as far back, up to an hour, and what is not proven then is a gap.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import NamedTuple

import psycopg

from collector.checkpoint import Asked, Rewind
from sql import statement

PROVEN, DEEPER, GAP = "proven", "deeper", "gap"
_MINUTE = timedelta(minutes=1)
_KNOWN_SHARE_MIN = 0.99
_log = logging.getLogger(__name__)


class Tried(NamedTuple):
    """One run's question as the database has it, and what its workers saw."""

    epoch: int
    host: str
    frontier: datetime
    begins: datetime
    ends: datetime
    rewind_s: float
    unknown_before: int
    outcome: str | None
    known: int
    unknown: int
    earliest: datetime | None
    passed: int
    """Workers that the frontier lies behind."""
    first_minute: datetime | None
    """When the first event was counted."""

    @property
    def open(self) -> bool:
        """Whether it is still to be proven that the hosts join."""
        return self.outcome in (None, DEEPER)

    @property
    def found(self) -> tuple[int, int]:
        """Events of the overlap that had been counted before the host changed, and all of them."""
        again = min(self.unknown_before, self.known)
        return self.known - again, self.known + self.unknown + self.unknown_before - again

    @property
    def whole(self) -> bool:
        """Whether the host delivers again all that was ever counted, so that nothing can lie between."""
        if self.earliest is None or self.first_minute is None:
            return False
        return self.earliest < min(self.frontier, self.first_minute + _MINUTE)

    @property
    def gap(self) -> tuple[datetime, datetime]:
        """What is not proven to have been delivered: from the frontier to where the host began, or, where the two
        contradict each other, all that is in doubt."""
        earliest = self.earliest or self.frontier
        return (self.frontier, earliest) if earliest > self.frontier else (max(self.begins, earliest), self.frontier)


def last_tried(connection: psycopg.Connection) -> Tried | None:
    """The last question that was asked; None where the host never changed."""
    row = connection.execute(statement("checkpoint/last_overlap")).fetchone()
    return Tried(*row) if row else None


def verdict(tried: Tried, workers: int, rewind: Rewind) -> str | None:
    """What follows from what was recognised; None while some worker may still see more."""
    if tried.passed < workers:
        return None
    known, total = tried.found
    if tried.whole or (total and known >= _KNOWN_SHARE_MIN * total):
        return PROVEN
    return DEEPER if tried.rewind_s < rewind.other_host_s_max else GAP


class Proof:
    """Follows the question of one run until it is answered."""

    def __init__(self, connection: psycopg.Connection, asked: Asked | None, workers: int, rewind: Rewind) -> None:
        self._connection = connection
        self._workers = workers
        self._rewind = rewind
        self.open = asked is not None
        """Whether it is not answered yet."""

    def trouble(self) -> str:
        """Why the run is to begin again from farther back; empty while it is not."""
        tried = last_tried(self._connection) if self.open else None
        if tried is None or (outcome := verdict(tried, self._workers, self._rewind)) is None:
            return ""
        self.open = False
        self._settle(tried, outcome)
        known, total = tried.found
        recognised = f"{known:,} of {total:,} events that {tried.host} delivered again were recognised"
        if outcome == DEEPER:
            return f"{recognised}; reading again from {self._rewind.deeper(tried.rewind_s):g} s before the change"
        if outcome == GAP:
            _log.warning("%s; there is a gap from %s to %s", recognised, *(at.isoformat() for at in tried.gap))
        else:
            _log.info("%s", recognised)
        return ""

    def _settle(self, tried: Tried, outcome: str) -> None:
        with self._connection.transaction():
            given = {"epoch": tried.epoch, "outcome": outcome}
            self._connection.execute(statement("checkpoint/settle_overlap"), given)
            if outcome == GAP:
                begin, end = tried.gap
                gap = {"host": tried.host, "from_time": begin, "to_time": end, "reason": "overlap_unproven"}
                self._connection.execute(statement("event/insert_gap"), gap)
