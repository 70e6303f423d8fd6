"""Plain events: many created records of one usual shape, side by side in columns.

It turns what the short way found into the packed rows and keys that the long way would have made of it one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import add
from typing import NamedTuple
from zlib import crc32

from collector.columns import Layout, ints, parts_of, tid_numbers
from collector.event import CREATE
from collector.lanes import LANES
from collector.rows import KEY_BYTES, ON_ACCOUNT, POSTGRES_EPOCH_US, RECORD, REPLY, TOP_POST, Row, packed_bigints

Found = tuple[int, str, int, str, str, int, str, tuple[int, ...], int, bytes]
"""A frame read: time_us, DID, actor, rev, record key, subject account (0: none), subject's record key (empty: none),
ids of its terms, what it shows (see media.py), the frame itself."""


class Shape(NamedTuple):
    """What is the same of all plain events that stand together."""

    collection: int
    layout: Layout
    made: int
    """The metric of who makes such a record."""
    received: int | None
    """The metric of the account or post that it is about."""


class Plain:
    """Found events of one shape, at least one. Raises ValueError if a rev or a record key is not a TID."""

    def __init__(self, shape: Shape, found: Sequence[Found]) -> None:
        times, dids, actors, revs, rkeys, subjects, subject_rkeys, terms, media, frames = zip(*found, strict=True)
        layout = shape.layout
        self.shape, self.found, self.frames = shape, found, frames
        self.times_us, self.actors = ints(times), ints(actors)
        self.lanes = [crc & (LANES - 1) for crc in map(crc32, map(str.encode, dids))]
        self.subjects = None if layout is TOP_POST else ints(subjects)
        self.subject_rkeys = None if layout in (TOP_POST, ON_ACCOUNT) else tid_numbers(subject_rkeys)
        self.terms: tuple[tuple[int, ...], ...] = terms if layout in (TOP_POST, REPLY) else ()
        self.media = ints(media) if layout in (TOP_POST, REPLY) else None
        self.rkeys, self.revs = tid_numbers(rkeys), tid_numbers(revs)
        columns = {
            "time": self.times_us - POSTGRES_EPOCH_US, "lane": ints(self.lanes), "rev": self.revs,
            "actor": self.actors, "rkey": self.rkeys,
        }  # fmt: skip
        if self.subjects is not None:
            columns["subject_account"] = self.subjects
        if self.subject_rkeys is not None:
            columns["subject_rkey"] = self.subject_rkeys
        if self.media is not None:
            columns["media"] = self.media
        self._packed = layout.pack(len(found), collection=shape.collection, **columns)
        self.keys = parts_of(self._packed, KEY_BYTES)
        self.distinct = set(self.keys)
        """The same, each once."""

    def records(self) -> list[bytes]:
        """The key of the record each is about."""
        return [key[RECORD] for key in self.keys]

    def frames_of(self, keys: set[bytes]) -> list[bytes]:
        """The frames of these events."""
        return [frame for key, frame in zip(self.keys, self.frames, strict=True) if key in keys]

    def without(self, keys: set[bytes]) -> Plain | None:
        """The same without these events; None if nothing is left."""
        left = [item for key, item in zip(self.keys, self.found, strict=True) if key not in keys]
        return Plain(self.shape, left) if left else None

    def packed_rows(self) -> list[bytes]:
        """The packed rows."""
        rows = parts_of(self._packed, slice(self.shape.layout.size))
        return list(map(add, rows, map(packed_bigints, self.terms))) if self.terms else rows

    def events(self) -> Iterator[tuple[Row, bytes]]:
        """Each row with the frame it came in."""
        return ((self.row(at), frame) for at, frame in enumerate(self.frames))

    def rows_of(self, records: set[bytes]) -> Iterator[Row]:
        """The rows about one of these records."""
        return (self.row(at) for at, record in enumerate(self.records()) if record in records)

    def row(self, at: int) -> Row:
        """The row at a place."""
        packed = self._packed[at]
        row = Row(
            packed.tobytes(), int(self.times_us[at]), CREATE, int(packed["rev"]), int(self.actors[at]),
            int(self.rkeys[at]), self.shape.collection,
            int(self.subjects[at]) if self.subjects is not None else None,
            int(self.subject_rkeys[at]) if self.subject_rkeys is not None else None,
        )  # fmt: skip
        if not self.terms:
            return row
        terms = self.terms[at]
        return row._replace(
            packed=row.packed + packed_bigints(terms), reply=self.shape.layout is REPLY, quote=False,
            mentions=[], terms=list(terms), media=int(packed["media"]),
        )  # fmt: skip
