"""Counts that are watched: what came with each look, altogether since the first one, and how fast.

They come from ticks, or, where only some events are wanted, from the tail of the log. It draws nothing.
"""

from __future__ import annotations

import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from datetime import datetime

import psycopg

from ops.filters import Filter
from ops.log_tail import Event, LogTail
from ops.place import place
from sql import statement
from web.watching import Watch, counts_of

LOOKS = 30
"""Of so many a line is drawn, and the rate is of the last ten."""
_RATE_LOOKS = 10
_log = logging.getLogger(__name__)


class Counts:
    """What is seen of one way to watch."""

    def __init__(self, watch: Watch, look: Callable[[], dict[str, int]]) -> None:
        self.watch, self._look = watch, look
        self.total: Counter[str] = Counter()
        self.begun = self._looked_at = time.monotonic()
        self.came: deque[tuple[float, dict[str, int]]] = deque(maxlen=LOOKS)
        """Of the last looks how long each was, and what came."""

    def look(self) -> dict[str, int]:
        """Look once more; what has come since."""
        new, now = self._look(), time.monotonic()
        self.came.append((now - self._looked_at, new))
        self._looked_at = now
        self.total.update(new)
        return new

    def rate(self, key: str | None = None) -> float:
        """How many of a key, or of all, came a second."""
        lately = list(self.came)[-_RATE_LOOKS:]
        seconds = sum(each for each, _ in lately)
        n = sum(sum(new.values()) if key is None else new.get(key, 0) for _, new in lately)
        return n / seconds if seconds else 0.0

    def line(self, key: str | None = None) -> list[int]:
        """How many came with each look."""
        return [sum(new.values()) if key is None else new.get(key, 0) for _, new in self.came]


class Ticks:
    """What batches have added, by a way to watch."""

    def __init__(self, connection: psycopg.Connection, watch: Watch) -> None:
        self._connection, self._watch = connection, watch
        self._after = place(connection)
        self.time: datetime | None = None

    def look(self) -> dict[str, int]:
        """Since the last look."""
        given = {"after": self._after, "upto": None}
        row = self._connection.execute(statement("query/ticks"), given).fetchone()
        assert row is not None
        self._after, _, self.time, complete, rows = row
        if not complete:
            _log.warning("it is too long since the last look: some counts are missed")
        return self._watch.counts(counts_of(rows))


def matching(tail: LogTail, watch: Watch) -> Callable[[], dict[str, int]]:
    """The same counted from the events of a tail."""
    return lambda: Counter(key for event in tail.look() for key in _keys(event, watch))


def counts(connection: psycopg.Connection, watch: Watch, wanted: Filter) -> Counts:
    """Counts of what is wanted, from now on."""
    if wanted.of:
        operation = None if watch.by == "operation" else watch.operation
        return Counts(watch, matching(LogTail(connection, wanted._replace(operation=operation)), watch))
    return Counts(watch, Ticks(connection, watch).look)


def _keys(event: Event, watch: Watch) -> Iterable[str]:
    if watch.by in ("collection", "operation"):
        return [event[watch.by]]
    found: list[str] = event.get(f"{watch.by}s", [])
    return found[:1] if watch.languages == "first" else found
