"""The purge: what deleted accounts have left is deleted, a table at a time, so that folds need not wait for long.

It begins with accounts that were deleted before this hour, or with such as the operator is to forget, and goes on after
a restart where it was. What they did to others stays in the totals of others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import LiteralString

import psycopg
from psycopg import sql

from sql import statement

ACCOUNTS_MAX = 20_000
"""Of one purge: they are in memory while a table is read."""


class Purge:
    """Purges on one session."""

    def __init__(self, connection: psycopg.Connection, done: Callable[[list[int]], None] | None = None) -> None:
        """`done` is told the accounts of each purge that is finished here. Without it the roller is told that another
        one has changed the rollups."""
        self._connection, self._done = connection, done

    def begin(self) -> bool:
        """Begin with the accounts that are due, unless there are some in work; whether there are any now."""
        with self._alone():
            if not self._in_work():
                self._connection.execute(statement("purge/begin"), {"accounts": ACCOUNTS_MAX})
            return self._in_work()

    def forget(self, accounts: list[int]) -> bool:
        """Begin with these accounts, by id, whether they are deleted or not; False while others are in work."""
        with self._alone():
            if self._in_work():
                return False
            self._connection.execute(statement("purge/forget"), {"accounts": accounts})
        return True

    def step(self) -> int | None:
        """Purge one more table; how many are left. None: there is nothing to purge, or not yet."""
        purged: list[int] = []
        with self._alone():
            if not self._in_work("known_to <= (select watermark from fold)"):
                return None
            ((left,),) = self._connection.execute("select purge_table()").fetchall()
            if left == 0:
                ((purged,),) = self._connection.execute(statement("purge/finish")).fetchall()
                if self._done is None:
                    self._connection.execute("update fold set folds = folds + 1")
        if left == 0 and self._done is not None:
            self._done(purged)
        return int(left)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """A transaction that takes turns with those of other sessions that purge."""
        with self._connection.transaction():
            self._connection.execute("select pg_advisory_xact_lock(hashtext('skytally purge'))")
            yield

    def _in_work(self, and_so: LiteralString = "true") -> bool:
        query = sql.SQL("select exists (select from purge where done_at is null and {})").format(sql.SQL(and_so))
        row = self._connection.execute(query).fetchone()
        return bool(row and row[0])
