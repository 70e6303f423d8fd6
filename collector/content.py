"""The content of one transaction: what a batch came to, ready to be written.

It is made by the worker and written by the writer, and can be made again without the rows that the database refuses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b

from collector.batch import Gap, Position
from collector.event import Notice
from collector.record import Loss
from collector.rows import Row

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
    """An event that counts: its row, its lane, and the frame it came in."""

    row: Row
    lane: int
    frame: bytes
    key: bytes
    notice: Notice | None


@dataclass(slots=True)
class Content:
    """One batch, sorted out: everything that one transaction makes durable."""

    position: Position
    content_us: int
    accepted: list[Accepted] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    duplicates: list[int] = field(default_factory=list)
    """The lane of each event that had been accepted before."""
    gaps: list[Gap] = field(default_factory=list)

    def refuse(self, bad: list[Accepted], reason: str) -> None:
        """Move rows that the database does not take to the quarantine, with what they would have lost."""
        rows = {id(item.row) for item in bad}
        self.accepted = [item for item in self.accepted if id(item.row) not in rows]
        self.losses = [loss for loss in self.losses if id(loss.created) not in rows and id(loss.deleted) not in rows]
        self.refused += [Refused(reason, item.lane, item.frame, item.key) for item in bad]
