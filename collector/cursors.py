"""Cursors: places in one host's stream, in whichever of the two spaces the host counts.

A number of 1e15 and more is unix microseconds, as Jetstream takes them; below it is a seq, a running number of the
host's own. The two are never compared with each other. It does not know hosts or wires.
"""

from __future__ import annotations

from collections.abc import Iterable

from collector.batch import Position

OLDEST_CURSOR = 1_000_000_000_000_000
"""The oldest a host keeps: below every event's time, and still a time where lower numbers are taken for a seq."""
SEQS_PER_S = 1000
"""A seq counts no seconds: twice the frames that the network sends in one today."""
FRAMES_OF_A_POSITION = 4
"""A position is the lowest of this many frames: one frame with a wrong time must not move the cursor past others."""


def is_time(cursor: int) -> bool:
    """Whether a cursor is a time, not a seq."""
    return cursor >= OLDEST_CURSOR


def before(cursor: int, seconds: float) -> int:
    """The cursor so many seconds earlier, in its own space."""
    if is_time(cursor):
        return max(cursor - int(seconds * 1e6), OLDEST_CURSOR)
    return max(cursor - int(seconds * SEQS_PER_S), 0)


def is_after(new: Position, old: Position) -> bool:
    """Whether a position is farther in the stream than another; where one is a seq and one a time, by their times."""
    if is_time(new.cursor) == is_time(old.cursor):
        return new.cursor > old.cursor
    return new.time_us >= old.time_us


def lowest(positions: Iterable[Position]) -> Position | None:
    """The lowest cursor and the lowest time of some positions: frames of one host have times of many clocks."""
    found = list(positions)
    return Position(min(p.cursor for p in found), min(p.time_us for p in found)) if found else None
