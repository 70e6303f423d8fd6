"""Measures: what boards rank by. One measure in one window is one board.

Each is a sum over some metrics of a rollup; engagement is the sum of four. The names are those of API and pages.
"""

from __future__ import annotations

from typing import NamedTuple

from collector.rollups import ROLLUPS, Rollup
from collector.tally import Metric
from collector.terms import Dimension

ACCOUNTS, POSTS = "accounts", "posts"
_ROLLUP = {rollup.name: rollup for rollup in ROLLUPS}


class Source(NamedTuple):
    """A rollup as boards read it."""

    rollup: Rollup
    key: tuple[str, ...]
    """What is ranked."""
    by: str
    """The column that tells measures apart."""


class Measure(NamedTuple):
    """What one kind of thing is ranked by."""

    kind: str
    metric: str
    source: Source
    of: tuple[int, ...]
    """The values of `source.by` that are summed."""
    by_authors: bool = False
    """Whether distinct authors count and not records; they are never more."""

    @property
    def received(self) -> bool:
        """Whether it is about what others did."""
        return self.source != _TERM and self.of != (int(Metric.POSTS),)


ACCOUNT = Source(_ROLLUP["account"], ("account",), "metric")
"""Accounts, by metric."""
_POST = Source(_ROLLUP["post"], ("account", "rkey"), "metric")
_TERM = Source(_ROLLUP["term"], ("term",), "dimension")
_ENGAGEMENT = (
    Metric.LIKES_RECEIVED, Metric.REPOSTS_RECEIVED, Metric.REPLIES_RECEIVED, Metric.QUOTES_RECEIVED,
)  # fmt: skip
_RECEIVED = (
    Metric.LIKES_RECEIVED, Metric.REPOSTS_RECEIVED, Metric.REPLIES_RECEIVED, Metric.QUOTES_RECEIVED,
    Metric.MENTIONS_RECEIVED, Metric.FOLLOWERS,
)  # fmt: skip
_KINDS = {
    "hashtags": Dimension.HASHTAG, "links": Dimension.LINK, "domains": Dimension.DOMAIN, "emoji": Dimension.EMOJI,
    "languages": Dimension.LANGUAGE,
}  # fmt: skip


def _of(*metrics: int) -> tuple[int, ...]:
    return tuple(map(int, metrics))


MEASURES = (
    *(Measure(ACCOUNTS, metric.name.lower(), ACCOUNT, _of(metric)) for metric in _RECEIVED),
    Measure(ACCOUNTS, "engagement", ACCOUNT, _of(*_ENGAGEMENT)),
    Measure(ACCOUNTS, "posts", ACCOUNT, _of(Metric.POSTS)),
    *(Measure(POSTS, metric.name.lower().removesuffix("_received"), _POST, _of(metric)) for metric in _ENGAGEMENT),
    Measure(POSTS, "engagement", _POST, _of(*_ENGAGEMENT)),
    *(Measure(kind, "posts", _TERM, _of(dimension)) for kind, dimension in _KINDS.items()),
    *(Measure(kind, "authors", _TERM, _of(dimension), True) for kind, dimension in _KINDS.items()),
)
"""Every board's."""
READ = {
    source: sorted({value for measure in MEASURES if measure.source == source for value in measure.of})
    for source in (ACCOUNT, _POST, _TERM)
}
"""What boards need of each rollup: values of its `by`."""
