"""The self-check: a few cheap invariants, by which a fault of ours is found before a reader finds it.

What the lanes accepted is in the rollups or waits for them; a closed hour is the sum of its minutes, a closed day of
its hours; one board after another is what it must be. It writes down what came of it and changes nothing else. To
recount what was delivered is the audit's.
"""

from __future__ import annotations

import logging
import time
from typing import NamedTuple

import psycopg

from collector.board_asking import when_made
from collector.board_check import Judged, Turn, check_turn, turn_of
from collector.bucket_check import check_buckets
from collector.settings import CollectorSettings
from sql import statement
from sql.session import away, connect

_log = logging.getLogger(__name__)
_STATEMENT_S_MAX = 60
"""What takes longer is not cheap, and given up; a long fold may hold what is to be read for some of it."""


class Found(NamedTuple):
    """What came of a self-check."""

    differences: list[str]
    """What does not add up, a line each."""
    board: Judged


def self_check(settings: CollectorSettings, conninfo: str) -> Found:
    """Check, and write down what came of it. The board whose turn it is has to be of the last fold: a roller that runs
    is asked for it.

    Raises psycopg.OperationalError where the database is away, or busy for too long.
    """
    begun = time.monotonic()
    with connect(conninfo, "skytally_roller", "self-check") as connection:
        connection.execute(statement("selfcheck/limits"), {"seconds": f"{_STATEMENT_S_MAX}s"})
        differences = [*_check_lanes(connection), *check_buckets(connection, settings)]
        seconds = time.monotonic() - begun
        row = connection.execute("select turn from selfcheck").fetchone()
        turn = row[0] if row else 0
        board = _judged(connection, settings.board_rows, turn_of(turn, experience=settings.experience))
        if board.same is False:
            differences.append(f"board {board.name}: not as from scratch")
        given = {"seconds": seconds + board.seconds, "differences": differences, "turn": turn + 1}
        connection.execute(statement("selfcheck/note"), given)
    return Found(differences, board)


def run(settings: CollectorSettings, conninfo: str) -> None:
    """The process: one self-check, and a line of what came of it."""
    try:
        found = self_check(settings, conninfo)
    except psycopg.Error as error:
        _log.warning("the self-check could not be made: %s", away(error))
        return
    for difference in found.differences:
        _log.error("self-check: %s", difference)
    if found.board.same is None:
        _log.info("self-check: no roller has made the board %s, so it was not looked at", found.board.name)
    if not found.differences:
        _log.info("self-check: everything adds up")


def _check_lanes(connection: psycopg.Connection) -> list[str]:
    """Whether as many events as were accepted are counted."""
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read")
        # before the transaction sees anything: a fold truncates them, and what is truncated nobody sees any more
        connection.execute("lock table network_tally_0, network_tally_1 in access share mode")
        row = connection.execute(statement("selfcheck/lanes")).fetchone()
    assert row is not None
    accepted, counted = row
    return [] if accepted == counted else [f"the lanes accepted {accepted} events, the network has {counted}"]


def _judged(connection: psycopg.Connection, rows: int, turn: Turn) -> Judged:
    """The board whose turn it is, judged once it is as of the last fold; else not at all."""
    def look() -> Judged | None:
        judged = check_turn(connection, rows, turn)
        return None if judged.same is None else judged

    return when_made(connection, [turn.window], look) or Judged(turn.name, None, 0.0)
