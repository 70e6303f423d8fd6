"""Texts: what posts on top of boards say, asked of an AppView, kept while they stand there and for a day after.

It owns which posts are asked about, when again, and when a text is forgotten. It knows no board but as it stands.
"""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from typing import NamedTuple

import psycopg

from collector.appview import POSTS_MAX, AppView
from collector.event import POST
from collector.settings import ResolverSettings
from sql import statement, tid

_DUE_MAX = 4 * POSTS_MAX
"""Posts found at once: looking costs more than a question, and what comes to the top meanwhile waits for them."""


class _Due(NamedTuple):
    account: int
    rkey: int
    uri: str


class Texts:
    """Asks about the posts that are due, on one session."""

    def __init__(self, connection: psycopg.Connection, appview: AppView, settings: ResolverSettings) -> None:
        self._connection, self._appview = connection, appview
        self._rows, self._age = settings.post_text_rows, timedelta(seconds=settings.post_text_age_s_max)
        self._due: deque[_Due] = deque()

    def ask(self) -> int:
        """One question and its answer; about how many posts. Raises AppViewTrouble."""
        if not self._due:
            self._look()
        next_ones = [self._due.popleft() for _ in range(min(POSTS_MAX, len(self._due)))]
        if next_ones:
            said = {each.uri: each.text for each in self._appview.posts([post.uri for post in next_ones])}
            given = {
                "accounts": [post.account for post in next_ones],
                "rkeys": [post.rkey for post in next_ones],
                "texts": [said.get(post.uri) for post in next_ones],
            }
            self._connection.execute(statement("resolve/keep_texts"), given)
        return len(next_ones)

    def forget_all(self) -> int:
        """Keep no text; asks about nobody."""
        self._connection.execute("delete from post_text")
        return 0

    def _look(self) -> None:
        """Forget what need not be kept, and find out who is due."""
        self._connection.execute(statement("resolve/note_listed"), {"rows": self._rows})
        self._connection.execute(statement("resolve/forget_texts"))
        given = {"rows": self._rows, "age": self._age, "posts": _DUE_MAX}
        for account, number, did, rkey in self._connection.execute(statement("resolve/due_posts"), given):
            self._due.append(_Due(account, number, f"at://{did}/{POST}/{rkey or tid.text(number)}"))
