"""What can be watched: counts by language, collection, operation, hashtag or domain, as columns of the same ticks.

It knows how counts that come together from the database become those that one reader asked for; it asks nothing itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

OPERATIONS = {"create": "c", "update": "u", "delete": "d", "event": "e"}
"""Operations by name, and as the log keeps them."""
_NAMES = {short: name for name, short in OPERATIONS.items()}
FIRST = "first language"
Counts = Mapping[tuple[str, str], Mapping[str, int]]
"""Amounts by name, in each (what is counted, operation)."""


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
        if self.by != "operation":
            return _sorted(counts.get((self.of, OPERATIONS[self.operation]), {}))
        of_all = {each: found for (of, each), found in counts.items() if of == "collection"}
        return _sorted({_NAMES[each]: sum(found.values()) for each, found in of_all.items()})


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
