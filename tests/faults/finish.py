"""The end of a run: every lane is at the end of the stream, and nothing new has come for a moment.

Only then is the collector told to stop, so a slow machine makes a run longer and loses nothing of it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import NamedTuple

import psycopg

from sql.session import connect
from tests.faults.hosts import Hosts

QUIET_S = 0.7
LONG_QUIET_S = 5.0
REORDERED_US = 5_000_000
"""Where the last frames came in another order, the cursor, the lowest of the last four, stays before the end. Should
anything be missing then, the recount says so."""
STALL_S_MAX = 20.0
"""Without anything new for so long, a collector that is not at the end will never get there."""
_POLL_S = 0.02
_QUERY = "select min(host), max(host), min(cursor), max(epoch), sum(events)::bigint, sum(quarantined)::bigint from lane"


class Standing(NamedTuple):
    """Where the lanes stand; what is delivered again is nothing new."""

    host: str | None = None
    other_host: str | None = None
    cursor: int | None = None
    epoch: int = 0
    events: int = 0
    quarantined: int = 0


def all_counted(conninfo: str, played: Hosts, goes_on: Callable[[], bool]) -> None:
    """Return when it is, or the collector does not go on. AssertionError when it never will be."""
    standing, since_s = Standing(), time.monotonic()
    while goes_on():
        with contextlib.suppress(psycopg.OperationalError), connect(conninfo, None, "finish") as connection:
            while goes_on():
                row = connection.execute(_QUERY).fetchone()
                assert row is not None
                if standing != Standing(*row):
                    standing, since_s = Standing(*row), time.monotonic()
                quiet_s = time.monotonic() - since_s
                if quiet_s >= QUIET_S and _is_at_the_end(standing, played):
                    return
                if quiet_s >= LONG_QUIET_S and _is_at_the_end(standing, played, REORDERED_US):
                    return
                assert quiet_s < STALL_S_MAX, f"it stands still before the end of the stream: {standing}"
                time.sleep(_POLL_S)
        assert time.monotonic() - since_s < 2 * STALL_S_MAX, "the database does not come back"
        time.sleep(_POLL_S)


def _is_at_the_end(standing: Standing, played: Hosts, short_us: int = 0) -> bool:
    """Whether all lanes are at the end of one host that has not gone away, or so little before it."""
    if standing.host is None or standing.cursor is None or standing.host != standing.other_host:
        return False
    return any(end.name == standing.host and standing.cursor >= end.cursor - short_us for end in played.ends())
