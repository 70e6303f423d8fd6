"""The checkpoint: which run owns the lanes, how far they are, and from where to resume.

Rows and lane cursors live or die together in a worker's transaction (Writer); this module owns what stands around it:
the single-run lock, the epoch row (the one synchronous write, which fences off every earlier run) and the resume
point, which is derived from the lanes and stored nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import psycopg

from collector.batch import Position
from collector.crashpoint import crashpoint
from sql import statement

OLDEST_CURSOR = 1_000_000_000_000_000
"""The oldest a host keeps: below every event's time, and still a time where lower numbers are taken for a seq."""


class LaneState(NamedTuple):
    """One lane as the database has it."""

    lane: int
    host: str | None
    cursor: int | None
    stream_time: datetime | None
    content_time: datetime | None


@dataclass(frozen=True, slots=True)
class Rewind:
    """How far behind the lanes a new connection begins, seconds."""

    same_host_s: float
    other_host_s: float


def take_run_lock(connection: psycopg.Connection) -> bool:
    """Whether this session is now the only collector of the database. The lock ends with the session."""
    row = connection.execute("select pg_try_advisory_lock(hashtext('skytally collector'))").fetchone()
    return bool(row and row[0])


def lane_states(connection: psycopg.Connection) -> list[LaneState]:
    """All lanes, in order."""
    return [LaneState(*row) for row in connection.execute(statement("checkpoint/lanes")).fetchall()]


def resume_position(lanes: list[LaneState], host: str, rewind: Rewind) -> Position | None:
    """Where to begin on `host` so that nothing the lanes lack is passed over; None before the first event.

    The lowest lane cursor less a few seconds; on another host, whose cursors are its own, the lowest content time
    (the time in rev, the only clock hosts share) less minutes. Cursors are Jetstream's, unix microseconds.
    """
    if any(lane.cursor is None for lane in lanes):
        return None  # no run has begun: the first one gives every lane a cursor
    if all(lane.host == host for lane in lanes):
        lowest = min(lane.cursor for lane in lanes if lane.cursor is not None)
        cursor = lowest - int(rewind.same_host_s * 1e6)
    else:
        contents = [lane.content_time for lane in lanes if lane.content_time is not None]
        if len(contents) < len(lanes):
            return None  # a lane without any event yet: only the beginning is surely before it
        cursor = unix_us(min(contents) - timedelta(seconds=rewind.other_host_s))
    return Position(max(cursor, OLDEST_CURSOR), max(cursor, OLDEST_CURSOR))


def complete_position(lanes: list[LaneState], host: str) -> Position | None:
    """Up to where every lane is complete on this host; None when that is not known in this host's cursors."""
    cursors = [lane.cursor for lane in lanes if lane.host == host and lane.cursor is not None and lane.stream_time]
    if len(cursors) < len(lanes):
        return None
    lowest = min(cursors)
    return Position(lowest, lowest)


def begin_epoch(connection: psycopg.Connection, host: str, resume: Position) -> int:
    """Start a run on `host`: end the sessions of earlier workers, take every lane, durably. Return the epoch."""
    connection.execute(statement("checkpoint/terminate_old"))
    with connection.transaction():
        # workers commit asynchronously; once this is on disk so is every earlier commit, and none can follow
        connection.execute("set local synchronous_commit = on")
        given = {"host": host, "resume_cursor": resume.cursor}
        row = connection.execute(statement("checkpoint/begin_epoch"), given).fetchone()
        assert row is not None
        connection.execute(statement("checkpoint/fence_lanes"), {"epoch": row[0], **given})
    crashpoint("epoch_written")
    return int(row[0])


def unix_time(time_us: int) -> datetime:
    """Unix microseconds as the database takes them."""
    return datetime.fromtimestamp(time_us // 1_000_000, UTC) + timedelta(microseconds=time_us % 1_000_000)


def unix_us(time: datetime) -> int:
    """A database time in unix microseconds."""
    return int(time.timestamp()) * 1_000_000 + time.microsecond
