"""Measures: what boards rank by. One measure in one window is one board.

Each is a sum over some metrics of a rollup; engagement is the sum of four. The names are those of API and pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from collector.rollups import ROLLUPS, Rollup
from collector.rulesets import ARTICLE
from collector.terms import Dimension
from sql.metrics import BOARDS_OF_ACCOUNTS, OF_POST, Metric

ACCOUNTS, POSTS = "accounts", "posts"
_ROLLUP = {rollup.name: rollup for rollup in ROLLUPS}


class Source(NamedTuple):
    """A rollup as boards read it."""

    rollup: Rollup
    key: tuple[str, ...]
    """What is ranked."""
    by: str
    """The column that tells measures apart."""

    @property
    def of_accounts(self) -> bool:
        """Whether a key is an account, or of one."""
        return self.key[0] == "account"


class Measure(NamedTuple):
    """What one kind of thing is ranked by."""

    kind: str
    metric: str
    source: Source
    of: tuple[int, ...]
    """The values of `source.by` that are summed."""
    by_authors: bool = False
    """Whether distinct authors count and not records; they are never more."""
    points: tuple[int, ...] = ()
    """What one of each is worth, 1 or more; empty: 1 of each."""
    keeps: bool = False
    """Whether nothing is lost that was gained."""

    @property
    def received(self) -> bool:
        """Whether it is about what others did."""
        return self.source != _TERM and not self.points and all(Metric(each).received for each in self.of)

    def parts(self) -> tuple[Measure, ...]:
        """What is summed by itself, once for all measures that need it: of points the whole."""
        if self.points:
            return (self._replace(metric=""),)
        return tuple(Measure("", "", self.source, (by,)) for by in self.of)


ACCOUNT = Source(_ROLLUP["account"], ("account",), "metric")
"""Accounts, by metric."""
_POST = Source(_ROLLUP["post"], ("account", "rkey"), "metric")
_TERM = Source(_ROLLUP["term"], ("term",), "dimension")
_KINDS = {
    "hashtags": Dimension.HASHTAG, "links": Dimension.LINK, "domains": Dimension.DOMAIN, "emoji": Dimension.EMOJI,
    "languages": Dimension.LANGUAGE,
}  # fmt: skip


def _of(*metrics: int) -> tuple[int, ...]:
    return tuple(map(int, metrics))


def _experience(name: str) -> Measure:
    worth = {metric: points for metric, points in ARTICLE.worth().items() if points}
    return Measure(
        ACCOUNTS, name, ACCOUNT, _of(*worth), points=tuple(worth.values()), keeps=ARTICLE.deletes == "keep"
    )  # fmt: skip


MEASURES = (
    *(Measure(ACCOUNTS, name, ACCOUNT, _of(*metrics)) for name, metrics in BOARDS_OF_ACCOUNTS.items()),
    _experience("experience"),
    *(Measure(POSTS, name, _POST, _of(*metrics)) for name, metrics in OF_POST.items()),
    *(Measure(kind, "posts", _TERM, _of(dimension)) for kind, dimension in _KINDS.items()),
    *(Measure(kind, "authors", _TERM, _of(dimension), True) for kind, dimension in _KINDS.items()),
)
"""Every board's, in every window."""
LEVEL = _experience("level")
"""The board of all time: what was earned ever, which is the order of levels."""


def read_for(measures: Iterable[Measure]) -> dict[Source, list[int]]:
    """What boards need of each rollup: values of its `by`."""
    found: dict[Source, set[int]] = {}
    for measure in measures:
        found.setdefault(measure.source, set()).update(measure.of)
    return {source: sorted(of) for source, of in found.items()}
