"""What nobody says any more: the doings of deleted accounts that are purged, up to a time of each.

It owns what a purge takes out of the comparison. It does not know when one is due.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Purged:
    """Before when nothing of an account is known, in stream time, by DID."""

    before_us: Mapping[str, int] = field(default_factory=dict)

    def takes(self, did: str, time_us: int) -> bool:
        """Whether what an account did or received at this time is gone, or going."""
        return time_us < self.before_us.get(did, 0)

    def left(self, found: Iterable[tuple[Row, int, int]], bucket_us: int) -> Iterator[tuple[Row, int, int]]:
        """The rows by time, account and more that are to be judged: of buckets so long that end later."""
        return (row for row in found if not self.takes(str(row[0][1]), int(str(row[0][0])) + bucket_us - 1))
