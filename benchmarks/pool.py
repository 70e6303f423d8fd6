"""Records that exist in a simulated network, so that a delete can hit one that was created before.

A bounded pool per collection: when it is full a new record takes a random one's place, which simply is never
deleted. This module does not know what the records are.
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple

RECORDS_COUNT_MAX = 1 << 15


class Record(NamedTuple):
    """A record that exists: whose, its key, its subject (an at:// URI or a DID), its slot among the posts."""

    actor: int
    key: str
    subject: str
    slot: int = -1


class LivePool:
    """At most RECORDS_COUNT_MAX live records of one collection, no two of one (actor, key)."""

    def __init__(self) -> None:
        self._records: list[Record] = []
        self._places: dict[tuple[int, str], int] = {}

    def add(self, random: Random, record: Record) -> None:
        """Take in a record that was created (or, of the same actor and key, created anew)."""
        name = record.actor, record.key
        place = self._places.get(name, len(self._records))
        if place == RECORDS_COUNT_MAX:
            place = int(random.random() * RECORDS_COUNT_MAX)
        if place == len(self._records):
            self._records.append(record)
        else:
            forgotten = self._records[place]
            del self._places[forgotten.actor, forgotten.key]
            self._records[place] = record
        self._places[name] = place

    def draw(self, random: Random) -> Record | None:
        """Any live record, or None."""
        return self._records[int(random.random() * len(self._records))] if self._records else None

    def remove(self, record: Record) -> None:
        """The record was deleted. Unknown to the pool: nothing happens."""
        place = self._places.pop((record.actor, record.key), None)
        if place is None:
            return
        last = self._records.pop()
        if place < len(self._records):
            self._records[place] = last
            self._places[last.actor, last.key] = place
