"""Deleted posts: those that no cached list made before may show any more.

It owns as many of the last day as it has room for. What is made after a deletion does not list the post, or one
that was made again: so only older answers are affected, and making one anew always helps.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from sql import statement
from web.entry import Entry, mark_of_post
from web.shared import KEPT_S

_COUNT_MAX = 100_000
"""Half a day of the network's, about 10 MB; with more of them, lists are made anew before their time."""
_COMMITTED = timedelta(seconds=30)
"""By then what was written is there to be read."""


class Deleted:
    """Marks of posts, by when nobody could have read them any more, the oldest first."""

    def __init__(self) -> None:
        self._gone: dict[int, float] = {}
        self._marks = self._gone.keys()
        self._from = 0.0
        """Unix time; of deletions before it nothing is known."""
        self._latest = datetime.now(UTC) - timedelta(seconds=KEPT_S)

    def listed_by(self, entry: Entry) -> bool:
        """Whether it lists one that was deleted after it was made, or may do so."""
        if entry.made_at < self._from:
            return True
        if self._marks.isdisjoint(entry.posts):
            return False
        return any(self._gone.get(post, 0.0) > entry.made_at for post in entry.posts)

    async def look(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """Read what was deleted since the last look."""
        given = {"since": self._latest - _COMMITTED, "most": _COUNT_MAX}
        rows = await (await connection.execute(statement("query/deleted_lately"), given)).fetchall()
        now = time.time()
        if len(rows) == _COUNT_MAX or not self._from:
            self._from = ((rows[-1][2] if len(rows) == _COUNT_MAX else self._latest) + _COMMITTED).timestamp()
        for account, rkey, at in reversed(rows):
            mark = mark_of_post(account, rkey)
            self._gone.pop(mark, None)
            self._gone[mark] = min(now, (at + _COMMITTED).timestamp())
            self._latest = at
        while len(self._gone) > _COUNT_MAX:
            oldest = next(iter(self._gone))
            self._from = max(self._from, self._gone.pop(oldest))
