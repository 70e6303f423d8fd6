"""The content of one transaction: what a batch came to, ready to be written.

It is filled by the worker and written by the writer, and can give up the rows that the database refuses.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np

from collector.batch import Gap, Position
from collector.columns import Ints, ints
from collector.event import NOTICE, Notice, Profile
from collector.lanes import LANES
from collector.overlap import Recognised
from collector.plain import Plain
from collector.record import Loss, losses
from collector.rows import SIGNATURE, TRAILER, Row, key_of, lane_of_packed, record_of
from collector.tally import Collections, Tallies

SAMPLE_BYTES_MAX = 65_536
_OF_THE_HOST = re.compile(rb'"(time_us|cursor)":-?[0-9]+').sub

History = dict[bytes, list[Row]]
"""What the log has of some records, by record."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An event for the quarantine."""

    reason: str
    lane: int
    frame: bytes
    key: bytes | None

    @property
    def digest(self) -> bytes:
        """What makes it stand there once: the packed event key, or 16 bytes over the frame where it has none."""
        return self.key if self.key is not None else _frame_digest(self.frame)


def _frame_digest(frame: bytes) -> bytes:
    """Of a frame without the host's own time and cursor, so that it is the same from another host."""
    return blake2b(_OF_THE_HOST(b"", frame[:4096]) + frame[4096:], digest_size=16).digest()


@dataclass(slots=True)
class Accepted:
    """An event that counts: its row and the frame it came in."""

    row: Row
    frame: bytes
    said: Notice | Profile | None = None


@dataclass(slots=True)
class Content:
    """One batch, sorted out: everything that one transaction makes durable."""

    position: Position
    collections: Collections
    content_us: int | None = None
    """The position in the time of revs; None where no frame says one."""
    plain: list[Plain] = field(default_factory=list)
    """What came the short way."""
    accepted: list[Accepted] = field(default_factory=list)
    """Everything else that counts."""
    events: list[int] = field(default_factory=lambda: [0] * LANES)
    """How many events count, by lane."""
    tallies: Tallies = field(init=False)
    history: History = field(default_factory=dict)
    """Of every record whose losses may change with this batch: what was there before it."""
    losses: list[Loss] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    duplicates: list[int] = field(default_factory=list)
    """The lane of each event that had been accepted before."""
    gaps: list[Gap] = field(default_factory=list)
    recognised: Recognised | None = None
    """What this batch says of the overlap with the host before, while that is open."""
    origins: dict[bytes, bytes] = field(default_factory=dict)
    """The frames that translated lines came in."""

    def __post_init__(self) -> None:
        self.tallies = Tallies(self.collections)

    def accept(self, item: Accepted) -> None:
        """Take an event in and count it."""
        self.accepted.append(item)
        self.events[lane_of_packed(item.row.packed)] += 1
        self.tallies.event(item.row)

    def take(self, plain: Plain) -> None:
        """Take many events in and count them."""
        self.plain.append(plain)
        for lane, n in Counter(plain.lanes).items():
            self.events[lane] += n
        self.tallies.many(plain)

    def put_aside(self, reason: str, lane: int, line: bytes, key: bytes | None) -> None:
        """Refuse an event; what stands in quarantine is what upstream sent."""
        self.refused.append(Refused(reason, lane, self.origins.get(line, line), key))

    def settle(self) -> None:
        """Find what the accepted events change for the deletes of the records in `history`, and count it."""
        new: dict[bytes, list[Row]] = {}
        for row in self._rows_of(set(self.history)):
            new.setdefault(record_of(row), []).append(row)
        for record, rows in new.items():
            for loss in losses(self.history[record], rows, self.collections.kept_for_ever):
                self.losses.append(loss)
                self.tallies.loss(loss.created, loss.deleted.time_us, loss.sign)

    def _rows_of(self, records: set[bytes]) -> Iterator[Row]:
        """The accepted rows of these records."""
        for plain in self.plain:
            yield from plain.rows_of(records)
        for item in self.accepted:
            if record_of(item.row) in records:
                yield item.row

    def revs(self) -> Ints:
        """The revs of all accepted commits, as numbers."""
        others = ints([item.row.rev for item in self.accepted if item.row.operation != NOTICE])
        return np.concatenate([*[plain.revs for plain in self.plain], others])

    def everything(self) -> list[Accepted]:
        """All accepted events, the short way's too."""
        short = [Accepted(row, frame) for plain in self.plain for row, frame in plain.events()]
        return short + self.accepted

    def event_rows(self) -> bytes:
        """All accepted events as a whole binary COPY, by record key: so the index on it grows at its edge."""
        rows = [row for plain in self.plain for row in plain.packed_rows()]
        rows += [item.row.packed for item in self.accepted]
        rkeys = np.concatenate([*[plain.rkeys for plain in self.plain], ints([i.row.rkey for i in self.accepted])])
        return copy_of([rows[at] for at in np.argsort(rkeys).tolist()])

    def refuse(self, bad: list[Accepted], reason: str) -> None:
        """Give up rows that the database does not take, and count again without them."""
        gone = {key_of(item.row) for item in bad}
        kept = [item for item in self.everything() if key_of(item.row) not in gone]
        for item in bad:
            self.put_aside(reason, lane_of_packed(item.row.packed), item.frame, key_of(item.row))
        self.plain, self.accepted, self.losses = [], [], []
        self.events, self.tallies = [0] * LANES, Tallies(self.collections)
        for item in kept:
            self.accept(item)
        self.settle()


def copy_of(packed: list[bytes]) -> bytes:
    """Packed rows as a whole binary COPY."""
    return b"".join((SIGNATURE, *packed, TRAILER))
