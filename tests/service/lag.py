"""How far the watermark is behind the clock, looked at from outside all the time; and when that is as it was before."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from typing import NamedTuple

import psycopg

from sql.session import connect

_POLL_S = 0.1
_MORE_S = 2.0
"""So much further behind than it ever was before the strike is still normal."""
_QUERY = "select extract(epoch from watermark)::float8 from fold"


class Sample(NamedTuple):
    """What was seen at a moment."""

    at_s: float
    """On the monotonic clock."""
    behind_s: float
    """Between the watermark and the clock; infinite while the database is away or has none."""


class Lag(threading.Thread):
    """Looks; it survives its own database."""

    def __init__(self, conninfo: str) -> None:
        super().__init__(daemon=True, name="lag")
        self._conninfo, self._over = conninfo, threading.Event()
        self.samples = [Sample(time.monotonic(), math.inf)]
        self.start()

    @property
    def now_s(self) -> float:
        """Seconds that it is behind."""
        return self.samples[-1].behind_s

    def end(self) -> None:
        self._over.set()
        self.join()

    def normal_s(self, until_s: float, seconds: float) -> float:
        """What it was at most in so many seconds before a moment, and a little more."""
        return max(s.behind_s for s in self.samples if until_s - seconds <= s.at_s <= until_s) + _MORE_S

    def recovered_s(self, struck_s: float, normal_s: float) -> float:
        """Seconds from the strike to the last moment at which it was not normal; 0: it always was."""
        late = [sample.at_s - struck_s for sample in self.samples if sample.behind_s > normal_s]
        return max([0.0, *late])

    def run(self) -> None:
        while not self._over.wait(_POLL_S):
            with contextlib.suppress(psycopg.Error), connect(self._conninfo, None, "lag") as connection:
                while not self._over.wait(_POLL_S):
                    self._look(connection)
            self.samples.append(Sample(time.monotonic(), math.inf))

    def _look(self, connection: psycopg.Connection) -> None:
        row = connection.execute(_QUERY).fetchone()
        behind_s = time.time() - row[0] if row and row[0] is not None else math.inf
        self.samples.append(Sample(time.monotonic(), behind_s))
