"""Ranking: the best of many keys, in the one order that makes boards reproducible.

By value; of equal values the lower DID, URI or key by its bytes. What is not shown is not ranked: accounts that are
not active or are hidden, deleted posts. It does not know where values come from.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import psycopg

from collector.amounts import Amounts
from collector.measures import ACCOUNTS, POSTS
from sql import array_of, statement, tid


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
            found = self._ordered(kind, amounts, values, chosen)
            if len(found) >= self.rows or len(chosen) == len(candidates):
                found = found[: self.rows]
                return Ranked(
                    [tuple(map(int, amounts.keys[at])) for at in found],
                    amounts.gained[found].tolist(), amounts.lost[found].tolist(),
                )  # fmt: skip
            wanted *= 2

    def _ordered(self, kind: str, amounts: Amounts, values: np.ndarray, chosen: np.ndarray) -> list[int]:
        """Those of the chosen that are shown, in order."""
        names = self._names(kind, [tuple(map(int, key)) for key in amounts.keys[chosen]])
        shown = [(-int(values[at]), name, int(at)) for at, name in zip(chosen, names, strict=True) if name is not None]
        return [at for _, _, at in sorted(shown)]

    def _names(self, kind: str, keys: list[tuple[int, ...]]) -> list[bytes | None]:
        """What decides between equal values; None for what is not shown."""
        if kind == POSTS:
            return self._uris(keys)
        query = "board/shown_accounts" if kind == ACCOUNTS else "board/term_names"
        given = {"ids": array_of(key for (key,) in keys)}
        names = {number: name.encode() for number, name in self._connection.execute(statement(query), given)}
        return [names.get(key) for (key,) in keys]

    def _uris(self, keys: list[tuple[int, ...]]) -> list[bytes | None]:
        given = {"accounts": array_of(account for account, _ in keys), "rkeys": array_of(rkey for _, rkey in keys)}
        uris = {
            (account, rkey): f"at://{did}/app.bsky.feed.post/{name or tid.text(rkey)}".encode()
            for account, rkey, did, name in self._connection.execute(statement("board/shown_posts"), given)
        }
        return [uris.get((account, rkey)) for account, rkey in keys]
