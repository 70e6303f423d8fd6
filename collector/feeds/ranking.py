"""Rankings of scored feeds: the newest posts of each by their score, made anew every minute where there are such feeds.

It owns what the layers of a score are worth. Rankings are kept for a while, so that whoever pages through one sees each
post once. It reads rollups only.
"""

from __future__ import annotations

import math
import time
from datetime import datetime, timedelta

import psycopg

from collector.feeds.kept import stored_feeds
from collector.feeds.rules import Feed, Stored, storable
from sql import array_of, statement

INTERVAL_S = 60.0
ROWS_MAX = 2000
"""Posts of a feed that are ranked, the newest ones: further down nobody pages."""
PAGED = timedelta(hours=1)
"""How long one may page through a ranking."""


class Rankings:
    """Makes them on one session."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._made_at = -math.inf

    def work(self) -> int:
        """Make those that are due; how many."""
        if time.monotonic() - self._made_at < INTERVAL_S:
            return 0
        self._made_at = time.monotonic()
        return self.make()

    def make(self) -> int:
        """Make all of them as of now; how many there are."""
        scored = [each for each in stored_feeds(self._connection) if each.feed.is_ranked]
        self._connection.execute(statement("feed/drop_rankings"), {"ranked": [each.number for each in scored]})
        row = self._connection.execute("select watermark from fold").fetchone()
        if not scored or row is None or row[0] is None:
            return 0
        listed = self._listed(scored, row[0])
        for each in scored:
            ranked = sorted(listed.get(each.number, []), reverse=True)
            given = {
                "feed": each.number, "paged": PAGED,
                "scores": [score for score, _, _ in ranked],
                "rkeys": array_of(rkey for _, rkey, _ in ranked),
                "accounts": array_of(account for _, _, account in ranked),
            }  # fmt: skip
            self._connection.execute(statement("feed/keep_ranking"), given)
        return len(scored)

    def _listed(self, scored: list[Stored], watermark: datetime) -> dict[int, list[tuple[float, int, int]]]:
        """By feed: score, record key, account."""
        feeds = {each.number: each.feed for each in scored}
        given = {
            "feeds": list(feeds), "rows": ROWS_MAX,
            "begins": [watermark - timedelta(days=feed.days) for feed in feeds.values()],
        }  # fmt: skip
        found: dict[int, list[tuple[float, int, int]]] = {}
        for number, account, rkey, age_days, worth, received in self._connection.execute(
            statement("feed/ranked"), given
        ):
            scored_at = score(feeds[number], max(0.0, age_days), received, worth)
            found.setdefault(number, []).append((scored_at, rkey, account))
        return found


def score(feed: Feed, age_days: float, received: int, worth: float) -> float:
    """The score of a post: all layers multiplied. `worth` is what its words and its author have made of it already."""
    found = worth
    for layer in feed.scoring:
        if layer.by == "age":
            found *= (1.0 + age_days) ** (-0.5 * layer.weight)
        elif layer.by == "engagement":
            found *= (1.0 + math.log1p(received)) ** layer.weight
    return storable(found)
