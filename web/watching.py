"""What can be watched: counts by language, collection, operation, hashtag or domain, as columns of the same ticks.

It knows how counts that come together from the database become those that one reader asked for; it asks nothing itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, NamedTuple

from msgspec import UNSET, Meta, Struct, UnsetType

from sql import operations
from web.answers import Gap

FIRST = "first language"
Counts = Mapping[tuple[str, str], Mapping[str, int]]
"""Amounts by name, in each (what is counted, operation)."""


class LiveMessage(Struct, frozen=True, kw_only=True):
    """The data of one message; the counts of all of them add up."""

    time: Annotated[datetime, Meta(description="Everything delivered up to here is counted.")]
    counts: Annotated[dict[str, int], Meta(description="What was added since the message before, by key.")]
    rate_per_second: Annotated[float, Meta(description="Of the last ten seconds.")]
    since: Annotated[
        datetime | UnsetType,
        Meta(description="In the first message, where a time was given: the beginning of what is counted."),
    ] = UNSET
    coverage: Annotated[float | UnsetType, Meta(description="Beside it: the share of that time no gap cuts.")] = UNSET
    gaps: list[Gap] | UnsetType = UNSET


class Watch(NamedTuple):
    """One way to look at them."""

    by: str
    operation: str = "create"
    languages: str = "all"

    @property
    def of(self) -> str:
        """What is counted, in the words of the database."""
        return FIRST if self.by == "language" and self.languages == "first" else self.by

    def counts(self, counts: Counts) -> dict[str, int]:
        """Those of this way, the largest first."""
        return _sorted(self._found(counts))

    def total(self, counts: Counts) -> int:
        """All of them together."""
        return sum(self._found(counts).values())

    def _found(self, counts: Counts) -> Mapping[str, int]:
        if self.by != "operation":
            return counts.get((self.of, operations.LETTERS[self.operation]), {})
        of_all = {each: found for (of, each), found in counts.items() if of == "collection"}
        return {operations.NAMES[each]: sum(found.values()) for each, found in of_all.items()}


def counts_of(rows: Iterable[tuple[str, str, str, int]]) -> Counts:
    """Rows of the database: what is counted, operation, name, how many."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for of, operation, name, n in rows:
        found.setdefault((of, operation), {})[name] = n
    return found


def added(*each: Mapping[str, int]) -> dict[str, int]:
    """All together; what comes to nothing is left out."""
    total: Counter[str] = Counter()
    for counts in each:
        for name, n in counts.items():
            total[name] += n
    return _sorted(total)


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(((name, n) for name, n in counts.items() if n), key=lambda item: (-item[1], item[0])))
