"""Ranking: the best of many keys, in the one order that makes boards reproducible.

By value; of equal values the lower DID, URI or key by its bytes. What is not shown is not ranked: accounts that are
not active or are hidden, deleted posts. It does not know where values come from.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import psycopg

from collector.amounts import Amounts, Keys
from collector.arrays import take_columns
from collector.columns import Ints
from collector.measures import ACCOUNTS, POSTS
from sql import statement, tid


class Ranked(NamedTuple):
    """The rows of a board, best first."""

    keys: list[tuple[int, ...]]
    gained: list[int]
    lost: list[int]

    @property
    def last(self) -> int:
        """The value of the last row; 0 where there is none."""
        return self.gained[-1] - self.lost[-1] if self.keys else 0


class Ranking:
    """Ranks on one session."""

    def __init__(self, connection: psycopg.Connection, rows: int) -> None:
        take_columns(connection)
        self._connection = connection
        self.rows = rows
        """Of a board, at most."""

    def best(self, kind: str, amounts: Amounts) -> Ranked:
        """So many rows with a value of 1 and more, or as many as there are; each key is given once."""
        values = amounts.gained - amounts.lost
        candidates = np.flatnonzero(values > 0)
        wanted = self.rows + self.rows // 10
        while True:
            chosen = candidates
            if len(candidates) > wanted:
                least = np.partition(values[candidates], len(candidates) - wanted)[len(candidates) - wanted]
                chosen = candidates[values[candidates] >= least]
            found = chosen[self._ordered(kind, amounts.keys[chosen], values[chosen])]
            if len(found) == self.rows or len(chosen) == len(candidates):
                return Ranked(
                    [tuple(key) for key in amounts.keys[found].tolist()],
                    amounts.gained[found].tolist(), amounts.lost[found].tolist(),
                )  # fmt: skip
            wanted *= 2

    def shown(self, kind: str, keys: Keys) -> list[int]:
        """The places of those that are shown, of at most as many keys as a board has rows."""
        return sorted(self._ordered(kind, keys, np.ones(len(keys), np.int64)))

    def _ordered(self, kind: str, keys: Keys, values: Ints) -> list[int]:
        """The places of the best that are shown, in order: many may be worth the same, so the database sorts."""
        given = {"values": values, "rows": self.rows}
        if kind == POSTS:
            return self._best_posts({**given, "accounts": keys[:, 0], "rkeys": keys[:, 1]})
        query = "board/best_accounts" if kind == ACCOUNTS else "board/best_terms"
        return [at for (at,) in self._connection.execute(statement(query), {**given, "ids": keys[:, 0]})]

    def _best_posts(self, given: dict[str, Any]) -> list[int]:
        """A TID is in no table: the last of the order is made of what the database brings, an author at a time."""
        rows = [
            (-value, f"at://{did}/app.bsky.feed.post/{name or tid.text(rkey)}".encode(), at)
            for at, value, did, rkey, name in self._connection.execute(statement("board/best_posts"), given)
        ]
        return [at for _, _, at in sorted(rows)][: self.rows]
