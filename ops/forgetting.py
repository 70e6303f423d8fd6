"""Forgetting accounts that ask for it: hidden at once, then purged; what is begun is in the database, so who is cut off
goes on, and if nobody calls again the collector's roller does.

It knows accounts and the purge. It does not know caches, nor where a database is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import LiteralString

import psycopg

from collector.purge import Purge

_POLL_S = 1.0
_PASSING = (psycopg.errors.DeadlockDetected, psycopg.errors.LockNotAvailable)
_COUNTING = "select coalesce((select at > now() - interval '10 seconds' and state <> 'stopped' from vitals), false)"
_DONE = """
select count(*) = cardinality(%(accounts)s::bigint[])
from purge
cross join fold
where
  account = any (%(accounts)s)
  and done_at is not null
  and before >= hours_to
"""
_IN_WORK = "select exists (select from purge where done_at is null)"


class Forgetting:
    """What is done for some accounts on one session of the owner."""

    def __init__(self, connection: psycopg.Connection, dids: list[str]) -> None:
        self._connection, self._purge = connection, Purge(connection)
        query = "select did, id from account where did = any (%s)"
        self.ids: dict[str, int] = dict(connection.execute(query, (dids,)).fetchall())
        self.unknown = [did for did in dids if did not in self.ids]

    def hide(self) -> None:
        """Not shown any more from here on; processes that serve see it within seconds."""
        self._connection.execute("update account set hidden = true where id = any (%s) and not hidden", (self._all,))

    def begin(self) -> bool:
        """Begin a purge of them; False while another one has to be finished first."""
        return self._purge.forget(self._all)

    def work(self) -> Iterator[int]:
        """Purge table after table, waiting for the watermark where a purge has to; how many are left, after each.

        Ends when nothing is in work any more, or when nobody counts, so that the watermark stands still.
        """
        left: int | None = -1
        while left != 0:
            try:
                left = self._purge.step()
            except _PASSING:
                left = None
            if left is not None:
                yield left
            elif self._says(_IN_WORK) and self._says(_COUNTING):
                time.sleep(_POLL_S)
            else:
                break

    def done(self) -> bool:
        """Whether nothing is left of them but what lies in an hour that is not summed up yet."""
        return self._says(_DONE)

    def _says(self, query: LiteralString) -> bool:
        row = self._connection.execute(query, {"accounts": self._all}).fetchone()
        return bool(row and row[0])

    @property
    def _all(self) -> list[int]:
        return list(self.ids.values())


def forget(forgetting: Forgetting, show: Callable[[int], None]) -> bool:
    """Hide, purge, and wait until it is done; False when it has to go on later. `show`: how many tables are left."""
    forgetting.hide()
    for left in forgetting.work():  # what is in work is finished first; it may be ours
        show(left)
    if not forgetting.done() and forgetting.begin():
        for left in forgetting.work():
            show(left)
    return forgetting.done()
