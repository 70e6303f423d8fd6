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

from collector.batch import UNKNOWN_US, Position
from collector.crashpoint import crashpoint
from collector.cursors import OLDEST_CURSOR, before, is_time
from collector.overlap import Overlap
from sql import statement


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
    other_host_s_max: float = 3600.0

    def deeper(self, seconds: float) -> float:
        """After so much was not enough: twice that, and at most the limit."""
        return min(max(2 * seconds, 1.0), self.other_host_s_max)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run on another host has to prove."""

    overlap: Overlap
    rewind_s: float
    unknown_before: int
    """Events that a run with the same question accepted before it was cut off."""


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
    (the time in rev, the only clock hosts share) less minutes, and so where some lanes have a seq and some a time.
    """
    cursors = [lane.cursor for lane in lanes if lane.cursor is not None]
    if len(cursors) < len(lanes):
        return None  # no run has begun: the first one gives every lane a cursor
    same_host = all(lane.host == host for lane in lanes)
    if same_host and len(set(map(is_time, cursors))) == 1:
        cursor = before(min(cursors), rewind.same_host_s)
        return Position(cursor, cursor if is_time(cursor) else UNKNOWN_US)
    contents = [lane.content_time for lane in lanes if lane.content_time is not None]
    if len(contents) == len(lanes):
        cursor = unix_us(min(contents) - timedelta(seconds=rewind.other_host_s))
    elif same_host:
        cursor = min(filter(is_time, cursors))  # the beginning of a first run, which those lanes have not left yet
    else:
        return None  # a lane without any event yet: only the beginning is surely before it
    return Position(max(cursor, OLDEST_CURSOR), max(cursor, OLDEST_CURSOR))


def complete_position(lanes: list[LaneState], host: str) -> Position | None:
    """Up to where every lane is complete on this host; None when that is not known in this host's cursors."""
    known = [
        (lane.cursor, lane.stream_time)
        for lane in lanes
        if lane.host == host and lane.cursor is not None and lane.stream_time is not None
    ]
    if len(known) < len(lanes) or len({is_time(cursor) for cursor, _ in known}) > 1:
        return None
    cursor, time = min(known)
    return Position(cursor, cursor if is_time(cursor) else unix_us(time))


def begin_epoch(connection: psycopg.Connection, host: str, resume: Position, asked: Asked | None = None) -> int:
    """Start a run on `host`: end the sessions of earlier workers, take every lane, durably; with what it has to prove.
    Return the epoch."""
    connection.execute(statement("checkpoint/terminate_old"))
    with connection.transaction():
        # workers commit asynchronously; once this is on disk so is every earlier commit, and none can follow
        connection.execute("set local synchronous_commit = on")
        given = {"host": host, "resume_cursor": resume.cursor}
        row = connection.execute(statement("checkpoint/begin_epoch"), given).fetchone()
        assert row is not None
        given |= {"epoch": row[0], "again": asked is not None}
        connection.execute(statement("checkpoint/fence_lanes"), given)
        if asked is not None:
            _begin_overlap(connection, row[0], host, asked)
    crashpoint("epoch_written")
    return int(row[0])


def _begin_overlap(connection: psycopg.Connection, epoch: int, host: str, asked: Asked) -> None:
    begins, ends, frontier = map(unix_time, asked.overlap)
    given = {"epoch": epoch, "host": host, "begins": begins, "ends": ends, "frontier": frontier}
    given |= {"rewind_s": asked.rewind_s, "unknown_before": asked.unknown_before}
    connection.execute(statement("checkpoint/begin_overlap"), given)


def unix_time(time_us: int) -> datetime:
    """Unix microseconds as the database takes them."""
    return datetime.fromtimestamp(time_us // 1_000_000, UTC) + timedelta(microseconds=time_us % 1_000_000)


def unix_us(time: datetime) -> int:
    """A database time in unix microseconds."""
    return int(time.timestamp()) * 1_000_000 + time.microsecond
