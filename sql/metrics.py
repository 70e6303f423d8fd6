"""Metrics: what is counted of accounts and posts, and what accounts are ranked by, for whoever writes or reads numbers.

It owns which there are, and their names and numbers in the database (table metric is filled from it). What counts one
up is said by the collector (collector/tally.py) and, independently, by the audit (ops/audit/recount.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum


class Metric(IntEnum):
    """By their ids in table metric. A number is given once and for ever."""

    POSTS = 1
    REPLIES = 2
    QUOTES = 3
    LIKES = 4
    REPOSTS = 5
    FOLLOWS = 6
    POSTS_WITH_MEDIA = 7
    POSTS_WITH_ALT = 8
    REPOSTS_OF_TEXT = 9
    REPOSTS_OF_MEDIA = 10
    REPOSTS_OF_ALT = 11
    REPLIES_RECEIVED = 12
    QUOTES_RECEIVED = 13
    LIKES_RECEIVED = 14
    REPOSTS_RECEIVED = 15
    MENTIONS_RECEIVED = 16
    FOLLOWERS = 17

    @property
    def key(self) -> str:
        """Its name in the database, in the API and in addresses."""
        return self.name.lower()

    @property
    def received(self) -> bool:
        """Whether it is about what others did, who can be told apart and counted."""
        return self.key.endswith("_received") or self is Metric.FOLLOWERS


CLASSES = frozenset({
    Metric.POSTS_WITH_MEDIA, Metric.POSTS_WITH_ALT, Metric.REPOSTS_OF_TEXT, Metric.REPOSTS_OF_MEDIA,
    Metric.REPOSTS_OF_ALT,
})  # fmt: skip
"""What only experience is made of; they are shown nowhere by themselves."""
SHOWN = tuple(metric for metric in Metric if metric not in CLASSES)
"""What API and pages have."""
ENGAGEMENT = (
    Metric.LIKES_RECEIVED,
    Metric.REPOSTS_RECEIVED,
    Metric.REPLIES_RECEIVED,
    Metric.QUOTES_RECEIVED,
)
"""What a post can receive; engagement is the sum of them."""
RANKED = (
    *ENGAGEMENT,
    Metric.MENTIONS_RECEIVED,
    Metric.FOLLOWERS,
    Metric.POSTS,
)
"""What accounts are ranked by, beside engagement and experience; the first one where nothing is said."""
BOARDS_OF_ACCOUNTS: Mapping[str, tuple[Metric, ...]] = {
    **{metric.key: (metric,) for metric in RANKED if metric.received},
    "engagement": ENGAGEMENT,
    **{metric.key: (metric,) for metric in RANKED if not metric.received},
}
"""What each of these boards is the sum of, by its name: what is received first."""
OF_ACCOUNT: Mapping[str, tuple[Metric, ...]] = {
    **{metric.key: (metric,) for metric in SHOWN},
    "engagement": ENGAGEMENT,
}
"""What each metric of an account is the sum of, by its name."""
OF_POST: Mapping[str, tuple[Metric, ...]] = {
    **{metric.key.removesuffix("_received"): (metric,) for metric in ENGAGEMENT},
    "engagement": ENGAGEMENT,
}
"""The same of a post: what it received."""
