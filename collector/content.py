"""The content of one transaction: what a batch came to, ready to be written.

It is filled by the worker and written by the writer, and can give up the rows that the database refuses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

from collector.batch import Gap, Position
from collector.decode import SEQ_MAX, decode
from collector.event import Notice, spelled_key
from collector.lanes import LANES
from collector.record import Loss
from collector.rows import KEY, RECORD, SIGNATURE, TRAILER, Row, lane_of_packed, unpack_plain
from collector.tally import Collections, Tallies

SAMPLE_BYTES_MAX = 65_536


@dataclass(frozen=True, slots=True)
class Refused:
    """An event for the quarantine."""

    reason: str
    lane: int
    frame: bytes
    key: bytes | None

    @property
    def digest(self) -> bytes:
        """What makes it stand there once: 16 bytes over the event key, or over the frame where it has none."""
        return key_digest(self.key) if self.key is not None else blake2b(self.frame, digest_size=16).digest()


def key_digest(key: bytes) -> bytes:
    """The quarantine's digest of an event key; never that of a frame."""
    return blake2b(key, digest_size=16, person=b"event key").digest()


@dataclass(slots=True)
class Accepted:
    """An event that counts: its row and the frame it came in."""

    row: Row
    frame: bytes
    notice: Notice | None = None


@dataclass(slots=True)
class Content:
    """One batch, sorted out: everything that one transaction makes durable."""

    position: Position
    collections: Collections
    content_us: int = 0
    """The position in the time of revs."""
    plain: list[bytes] = field(default_factory=list)
    """Packed rows of the short way, and beside them the frames they came in."""
    plain_frames: list[bytes] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)
    """Everything else that counts."""
    events: list[int] = field(default_factory=lambda: [0] * LANES)
    """How many events count, by lane."""
    tallies: Tallies = field(init=False)
    losses: list[Loss] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    duplicates: list[int] = field(default_factory=list)
    """The lane of each event that had been accepted before."""
    gaps: list[Gap] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tallies = Tallies(self.collections)

    def accept(self, item: Accepted) -> None:
        """Take an event in and count it."""
        self.accepted.append(item)
        self.events[lane_of_packed(item.row.packed)] += 1
        self.tallies.event(item.row)

    def lose(self, loss: Loss) -> None:
        """Take back what a create counted, or undo that."""
        self.losses.append(loss)
        self.tallies.loss(loss.created, loss.deleted.time_us, loss.sign)

    def rows_of(self, records: set[bytes]) -> Iterator[Row]:
        """The accepted rows of these records."""
        for packed in self.plain:
            if packed[RECORD] in records:
                yield unpack_plain(packed)
        for item in self.accepted:
            if item.row.packed[RECORD] in records:
                yield item.row

    def everything(self) -> list[Accepted]:
        """All accepted events, the short way's too."""
        short = [Accepted(unpack_plain(p), frame) for p, frame in zip(self.plain, self.plain_frames, strict=True)]
        return short + self.accepted

    def event_rows(self) -> bytes:
        """All accepted events as a whole binary COPY."""
        return copy_of([*self.plain, *[item.row.packed for item in self.accepted]])

    def refuse(self, bad: list[Accepted], reason: str) -> None:
        """Give up rows that the database does not take, with what they lost."""
        gone = {item.row.packed[KEY] for item in bad}
        kept = [item for item in self.everything() if item.row.packed[KEY] not in gone]
        losses = [loss for loss in self.losses if not {loss.created.packed[KEY], loss.deleted.packed[KEY]} & gone]
        self.refused += [Refused(reason, lane_of_packed(i.row.packed), i.frame, _key_of(i.frame)) for i in bad]
        self.plain, self.plain_frames, self.accepted, self.losses = [], [], [], []
        self.events, self.tallies = [0] * LANES, Tallies(self.collections)
        for item in kept:
            self.accept(item)
        for loss in losses:
            self.lose(loss)


def copy_of(packed: list[bytes]) -> bytes:
    """Packed rows as a whole binary COPY."""
    return b"".join((SIGNATURE, *packed, TRAILER))


def _key_of(frame: bytes) -> bytes | None:
    event = decode(frame, SEQ_MAX)  # it has been decoded before
    return spelled_key(event) if event is not None else None
