"""Watches how far the lanes are, all the time, from outside: what is counted when, and by which run of the group."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import NamedTuple

import psycopg

from sql.session import connect

_POLL_S = 0.01
_QUERY = "select max(epoch), sum(events)::bigint, sum(duplicates)::bigint from lane"


class Sample(NamedTuple):
    """What the lanes said at a moment."""

    at_s: float
    """On the monotonic clock."""
    epoch: int
    events: int
    duplicates: int


class Watch:
    """A thread that notes every change; it survives its own database."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._done = threading.Event()
        self.samples = [Sample(time.monotonic(), 0, 0, 0)]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def now(self) -> Sample:
        """The latest."""
        return self.samples[-1]

    def stop(self) -> None:
        self._done.set()
        self._thread.join()

    def recovery_s(self, struck_s: float) -> float | None:
        """Seconds from a moment to the first new event that a later run of the group committed."""
        before = max(sample.epoch for sample in self.samples if sample.at_s <= struck_s)
        after = [sample for sample in self.samples if sample.epoch > before]
        counted = max(sample.events for sample in self.samples if sample.epoch <= before)
        # a run that was quick, or a look at it that was late, may have counted all there is by the first look
        least = after[0].events if after and after[0].events < self.now.events else counted
        return next((sample.at_s - struck_s for sample in after if sample.events > least), None)

    def _run(self) -> None:
        while not self._done.is_set():
            with contextlib.suppress(psycopg.OperationalError), connect(self._conninfo, None, "watch") as connection:
                while not self._done.wait(_POLL_S):
                    self._look(connection)
            self._done.wait(_POLL_S)

    def _look(self, connection: psycopg.Connection) -> None:
        row = connection.execute(_QUERY).fetchone()
        if row is not None and row != self.now[1:]:
            self.samples.append(Sample(time.monotonic(), *row))
