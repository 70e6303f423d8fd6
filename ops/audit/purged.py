"""What nobody says any more: the doings of deleted accounts that are purged, up to a time of each.

It owns what a purge takes out of the comparison. It does not know when one is due.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Purged:
    """Before when nothing of an account is known, in stream time, by DID."""

    before_us: Mapping[str, int] = field(default_factory=dict)
    known_to_us: Mapping[str, int] = field(default_factory=dict)
    """Deletes before this found what is gone now."""

    def takes(self, did: str, time_us: int) -> bool:
        """Whether what an account did or received at this time is gone, or going."""
        return time_us < self.before_us.get(did, 0)

    def left(self, found: Iterable[tuple[Row, int, int]]) -> Iterator[tuple[Row, int, int]]:
        """The rows by time, account and more that are to be judged: of buckets that do not begin before the purge's."""
        return (row for row in found if not self._takes_key(row[0])) if self.before_us else iter(found)

    def without(self, counts: Counter[Row]) -> Counter[Row]:
        """What must be, of the same rows."""
        return Counter({key: n for key, n in counts.items() if not self._takes_key(key)}) if self.before_us else counts

    def totals_left(self, found: Iterable[tuple[Row, int, int]]) -> Iterator[tuple[Row, int, int]]:
        """The rows by time of everybody together that are to be judged: those that no purge has anything to do with."""
        return (row for row in found if int(str(row[0][0])) >= self._totals_from)

    def totals_without(self, counts: Counter[Row]) -> Counter[Row]:
        """What must be, of the same rows."""
        return Counter({key: n for key, n in counts.items() if int(str(key[0])) >= self._totals_from})

    @property
    def _totals_from(self) -> int:
        return max(self.before_us.values(), default=0)

    def unknown(self, did: str, created_us: int, deleted_us: int) -> bool:
        """Whether a create was not known any more to a delete."""
        return self.takes(did, created_us) and deleted_us >= self.known_to_us[did]

    def _takes_key(self, key: Row) -> bool:
        return self.takes(str(key[1]), int(str(key[0])))


def purged(rows: Iterable[tuple[str, int, int]]) -> Purged:
    """From DID, before when and known to when of each."""
    each = list(rows)
    return Purged({did: before for did, before, _ in each}, {did: known_to for did, _, known_to in each})
