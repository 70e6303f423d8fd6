"""The ticker: one look a second at what batches have added to counts, however many in this process watch.

A look is published once it is on disk, so what a reader was told is not taken back by a crash of the database. Each
message is made once, for all who watch the same way. While nobody watches it looks at nothing. It knows no HTTP.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from sql import statement
from web.place import Place, place_of
from web.problem import Unavailable
from web.vitals import WebVitals
from web.watching import Counts, LiveMessage, Watch, counts_of

INTERVAL_S = 1.0
BEHIND_MAX = 10
"""Looks that a reader may be behind; who is more would have us keep ever more for them."""
_RATE_LOOKS = 10
"""The rate is that of so many looks."""
_DURABLE_LOOK_S = 0.1
_COVERED_IN = 4
"""Ticks within which every place of this database is covered: another process may have looked a little later."""
_AT_ONCE = 2
"""Questions of those who come back, when all of them do at once."""
_PATIENCE_S = 2.0
_TROUBLE = (psycopg.Error, PoolTimeout, OSError)
_WAITING = b": the database does not answer\n\n"
_log = logging.getLogger(__name__)


class Look(NamedTuple):
    """What one look found."""

    place: Place
    id: str
    """The place as it is written."""
    time: datetime | None
    """Everything delivered up to then is counted; None before there was anything."""
    counts: Counts
    complete: bool
    """Whether nothing of what was asked for has been forgotten."""


class Tick:
    """A look that was published; without one, a sign of life while the database is away."""

    def __init__(self, number: int, look: Look | None, before: list[Tick]) -> None:
        self.number, self.look, self.at = number, look, time.monotonic()
        self._before = [(each.at, each.look) for each in before if each.look is not None][-_RATE_LOOKS:]
        self._messages: dict[Watch, bytes] = {}

    @property
    def id(self) -> str:
        """The place it goes up to; only of a look."""
        assert self.look is not None
        return self.look.id

    def message(self, watch: Watch) -> bytes:
        """What a reader who watches like this is sent."""
        if self.look is None:
            return _WAITING
        found = self._messages.get(watch)
        if found is None:
            found = self._messages[watch] = self.told(watch, watch.counts(self.look.counts))
        return found

    def told(self, watch: Watch, counts: dict[str, int], **more: Any) -> bytes:
        """A message with these counts, up to here."""
        assert self.look is not None
        at = self.look.time or datetime.now(UTC)
        message = LiveMessage(time=at, counts=counts, rate_per_second=self._rate(watch), **more)
        return b"id: %s\ndata: %s\n\n" % (self.look.id.encode(), msgspec.json.encode(message))

    def _rate(self, watch: Watch) -> float:
        """How many came a second, over the last looks."""
        if not self._before or self.look is None:
            return 0.0
        looks = [*[look for _, look in self._before[1:]], self.look]
        came = sum(watch.total(look.counts) for look in looks if look is not None)
        return round(came / max(self.at - self._before[0][0], INTERVAL_S / 2), 1)


class Ticker:
    """The looks of one process, the last few of them kept for readers who are behind."""

    def __init__(self, pool: AsyncConnectionPool[Any], vitals: WebVitals) -> None:
        self._pool, self._vitals = pool, vitals
        self._recent: deque[Tick] = deque(maxlen=BEHIND_MAX)
        self._turn, self._wanted = asyncio.Event(), asyncio.Event()
        self._between: dict[tuple[str, str], asyncio.Task[Look | None]] = {}
        self._few = asyncio.Semaphore(_AT_ONCE)
        self._number = self.readers = 0

    @contextmanager
    def watched(self) -> Iterator[None]:
        """While somebody does."""
        self.readers += 1
        self._wanted.set()
        self._vitals.set("live_readers", self.readers)
        try:
            yield
        finally:
            self.readers -= 1
            self._vitals.set("live_readers", self.readers)

    async def turn(self) -> None:
        """Wait for the next tick."""
        await self._turn.wait()

    def after(self, number: int) -> list[Tick] | None:
        """The ticks after that one; None where some of them are not kept any more."""
        found = [tick for tick in self._recent if tick.number > number]
        return found if len(found) == self._number - number else None

    def wake(self) -> None:
        """Let everybody look up, though there is nothing new."""
        turn, self._turn = self._turn, asyncio.Event()
        turn.set()

    async def covering(self, place: Place | None) -> Tick | None:
        """A tick that has all that is visible at a place; None for one of another database, which never comes.
        Raises Unavailable while the database is away."""
        for _ in range(_COVERED_IN):
            if self._recent:
                last = self._recent[-1]
                if last.look is None:
                    raise _away()
                if place is None or last.look.place.covers(place):
                    return last
            await self.turn()
        return None

    async def between(self, after: str, upto: str) -> Look | None:
        """What was added from one place to another, asked once for all who come back at once; None where the first
        is none of this database. Raises Unavailable."""
        found = self._between.get((after, upto))
        if found is None:
            found = self._between[after, upto] = asyncio.create_task(self._asked_between(after, upto))
        return await asyncio.shield(found)

    async def _asked_between(self, after: str, upto: str) -> Look | None:
        try:
            async with self._few:
                return await _look(self._pool, after, upto)
        except psycopg.DataError:
            return None
        except _TROUBLE:
            raise _away() from None

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        last: Look | None = None
        while True:
            if not self.readers:
                last = None
                self._recent.clear()
                self._wanted.clear()
                await self._wanted.wait()
            begun = time.monotonic()
            look = await self._tried(last)
            if look and last and not look.place.covers(last.place):  # of another server, or of an earlier time of it
                look = look._replace(complete=False)
            last = look or last
            self._publish(look)
            await asyncio.sleep(max(0.0, begun + INTERVAL_S - time.monotonic()))

    async def _tried(self, last: Look | None) -> Look | None:
        try:
            return await _look(self._pool, last.id if last else None)
        except _TROUBLE:
            return None
        except Exception:
            _log.exception("counts could not be read")
            return None

    def _publish(self, look: Look | None) -> None:
        self._number += 1
        self._recent.append(Tick(self._number, look, list(self._recent)))
        self._between = {}
        self.wake()


async def _look(pool: AsyncConnectionPool[Any], after: str | None, upto: str | None = None) -> Look:
    """One look, which is on disk when it returns."""
    async with pool.connection(timeout=_PATIENCE_S) as connection:
        given = {"after": after, "upto": upto}
        row = await (await connection.execute(statement("query/ticks"), given)).fetchone()
        assert row is not None
        id_, written, at, complete, rows = row
        while upto is None and not await _is_durable(connection, written):  # noqa: ASYNC110
            await asyncio.sleep(_DURABLE_LOOK_S)
    place = place_of(id_)
    assert place is not None
    return Look(place, id_, at, counts_of(rows), after is None or bool(complete))


def _away() -> Unavailable:
    return Unavailable("database-away", "the database does not answer")


async def _is_durable(connection: psycopg.AsyncConnection[Any], written: str) -> bool:
    row = await (await connection.execute(statement("query/is_durable"), {"written": written})).fetchone()
    return row is not None and bool(row[0])
