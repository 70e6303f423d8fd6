"""Batches: what crosses the border between reader and worker, as bytes and nothing else.

A batch says: these frames of your lanes, and with them you have everything up to this position. It is also the
watermark: a batch without frames moves idle lanes. It does not know how it travels.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

import orjson

_HEAD = Struct("<IIqqd")


UNKNOWN_US = 0
"""The stream time of a position before any frame has said one."""


class Position(NamedTuple):
    """A place in one host's stream."""

    cursor: int
    """In the host's own cursor space."""
    time_us: int
    """The stream time there, unix microseconds."""


GAP_REASONS = (
    "not_delivered", "cursor_too_old", "frame_too_large", "overlap_unproven", "likes_not_delivered",
    "posts_not_delivered", "reposts_not_delivered", "follows_not_delivered", "others_not_delivered",
)  # fmt: skip
"""Why there is a gap; the last ones are of a collection that no host delivered, while others came."""


class Gap(NamedTuple):
    """An interval upstream did not deliver, in stream time."""

    from_us: int
    to_us: int
    reason: str


class Batch(NamedTuple):
    """Frames of one worker's lanes in the order of their arrival, and how far the lanes are now complete."""

    position: Position
    gaps: list[Gap]
    frames: list[bytes]
    since: float = 0.0
    """Monotonic seconds: no frame came from the socket before."""


def pack(position: Position, frames: list[bytes], gaps: list[Gap], since: float = 0.0) -> bytes:
    """The batch as bytes."""
    extra = orjson.dumps([list(gap) for gap in gaps]) if gaps else b""
    lengths = array("I", map(len, frames)).tobytes()
    return b"".join((_HEAD.pack(len(frames), len(extra), *position, since), extra, lengths, *frames))


def unpack(data: bytes) -> Batch:
    """The batch that `pack` made. Both ends are the same build on the same machine."""
    count, extra_size, cursor, time_us, since = _HEAD.unpack_from(data)
    lengths_at = _HEAD.size + extra_size
    frames_at = lengths_at + 4 * count
    extra = data[_HEAD.size : lengths_at]
    lengths = array("I")
    lengths.frombytes(data[lengths_at:frames_at])
    return Batch(
        Position(cursor, time_us),
        [Gap(*g) for g in orjson.loads(extra)] if extra else [],
        list(_cut(data, frames_at, lengths)),
        since,
    )


def _cut(data: bytes, at: int, lengths: array[int]) -> Iterator[bytes]:
    for length in lengths:
        yield data[at : at + length]
        at += length
