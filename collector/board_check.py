"""The self-test of the boards: a board as it is kept is the board from scratch. It changes nothing."""

from __future__ import annotations

from typing import NamedTuple

import psycopg

from collector.board_state import board_name, columns_of, state_of
from collector.measures import MEASURES
from collector.scratch import Scratch
from collector.windows import WINDOWS, cover
from sql import statement


class Checked(NamedTuple):
    """What came of it."""

    same: int
    different: list[str]
    """Names of boards."""
    older: int
    """Boards made before the last fold, about which nothing can be said."""


def check(connection: psycopg.Connection, rows: int) -> Checked:
    """Compare every board, of `rows` rows, with the one from scratch; all at one moment."""
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read")
        return _check(connection, rows)


def check_if_all_made(connection: psycopg.Connection, rows: int) -> Checked | None:
    """The same if at this moment every board is as of the last fold, else None."""
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read")
        row = connection.execute(statement("board/all_made")).fetchone()
        return _check(connection, rows) if row and row[0] else None


def _check(connection: psycopg.Connection, rows: int) -> Checked:
    state = state_of(connection)
    if state is None:
        return Checked(0, [], 0)
    scratch = Scratch(connection, rows)
    same, older, different = 0, 0, []
    for measure, window in ((measure, window) for window in WINDOWS for measure in MEASURES):
        named = board_name(measure, window)
        kept = connection.execute(statement("board/as_made"), {**named, "folds": state.folds}).fetchone()
        if kept is None:
            older += 1
            continue
        stretches = cover(*window.span(state.watermark), state.closed)
        board = columns_of(measure, scratch.board(measure, stretches))
        if tuple(board.values()) == kept:
            same += 1
        else:
            different.append(" ".join(named.values()))
    return Checked(same, different, older)
