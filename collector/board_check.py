"""The self-test of the boards: a board as it is kept is the board from scratch. It changes nothing.

Who is deleted or hidden after a board was made leaves it before the next fold: that is no difference.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import psycopg

from collector.amounts import Keys
from collector.board_state import State, board_name, columns_of, span_of, state_of
from collector.measures import LEVEL, MEASURES, Measure
from collector.ranking import Ranked
from collector.scratch import Scratch
from collector.sketch import STANDARD_ERROR
from collector.windows import ALL_WINDOWS, EVER, HOUR_LONG, WINDOWS, Stretch, Window, cover
from sql import statement

Row = tuple[Any, ...]


class Turn(NamedTuple):
    """A board that is looked at."""

    window: Window
    measure: Measure

    @property
    def name(self) -> str:
        """As it is said."""
        return " ".join(board_name(self.measure, self.window).values())


TURNS = [*(Turn(window, measure) for measure in MEASURES for window in WINDOWS), Turn(EVER, LEVEL)]
"""Every board, in the order in which they have their turn."""


class Checked(NamedTuple):
    """What came of it."""

    same: int
    different: list[str]
    """Names of boards; of what is kept beside them, the active accounts, `active` and the window."""
    older: int
    """Those made before the last fold, about which nothing can be said."""


class Judged(NamedTuple):
    """What came of one board."""

    name: str
    same: bool | None
    """None: it was made before the last fold, so nothing can be said."""
    seconds: float
    """What it took."""


def check(
    connection: psycopg.Connection, rows: int, *, experience: bool = True, windows: Iterable[Window] = ALL_WINDOWS
) -> Checked:
    """Compare every board of these windows, of `rows` rows, with the one from scratch; all at one moment. Without
    `experience` there are none of what accounts have earned."""
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read")
        return _check(connection, rows, experience=experience, windows=windows)


def check_if_all_made(connection: psycopg.Connection, rows: int, *, experience: bool) -> Checked | None:
    """The same if at this moment every board is as of the last fold, or there is none to be made yet; else None."""
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read")
        given = {"boards": len(_made(experience=experience))}
        row = connection.execute(statement("board/all_made"), given).fetchone()
        is_known = (row and row[0]) or state_of(connection) is None
        return _check(connection, rows, experience=experience) if is_known else None


def turn_of(turn: int, *, experience: bool) -> Turn:
    """The board whose turn it is, of those that are made."""
    turns = _made(experience=experience)
    return turns[turn % len(turns)]


def check_turn(connection: psycopg.Connection, rows: int, turn: Turn) -> Judged:
    """Compare one board at little cost: of an hour with the one from scratch, of longer windows with the best of
    whoever is on any board of the same measure."""
    begun = time.monotonic()
    window, measure = turn
    named = board_name(measure, window)
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read")
        state, kept = state_of(connection), None
        if state is not None:
            kept = connection.execute(statement("board/as_made"), {**named, **_at(state)}).fetchone()
        if state is None or kept is None:
            return Judged(turn.name, None, 0.0)
        scratch, stretches = Scratch(connection, rows), cover(*span_of(window, state), state.closed)
        if window is HOUR_LONG:
            ranked = scratch.board(measure, stretches)
        else:
            ranked = scratch.among(measure, stretches, _listed(connection, measure))
        same = _agrees(scratch, measure, kept, ranked)
    return Judged(turn.name, same, time.monotonic() - begun)


def _made(*, experience: bool) -> list[Turn]:
    return [each for each in TURNS if experience or not each.measure.points]


def _listed(connection: psycopg.Connection, measure: Measure) -> Keys:
    """Who is on any board of a measure, or of one of the same sum."""
    keys: set[tuple[int, ...]] = set()
    # who is high up for ever is so in some window: the board of all time has no other of its own
    metrics = [each.metric for each in (*MEASURES, LEVEL) if each.kind == measure.kind and each.of == measure.of]
    given = {"kind": measure.kind, "metrics": metrics if measure.points else [measure.metric]}
    for listed, rkeys in connection.execute(statement("selfcheck/listed"), given):
        # a board that is wrong may have columns of two lengths, and is found so when it has its turn
        keys.update(zip(listed, *([rkeys] if rkeys is not None else []), strict=False))
    return np.array(sorted(keys), np.int64).reshape(-1, len(measure.source.key))


def _check(
    connection: psycopg.Connection, rows: int, *, experience: bool, windows: Iterable[Window] = ALL_WINDOWS
) -> Checked:
    state = state_of(connection)
    if state is None:
        return Checked(0, [], 0)
    same, older, different = 0, 0, []
    for name, kept, agrees in _pairs(connection, rows, state, windows, experience=experience):
        if kept is None:
            older += 1
        elif agrees(kept):
            same += 1
        else:
            different.append(name)
    return Checked(same, different, older)


def _pairs(
    connection: psycopg.Connection, rows: int, state: State, windows: Iterable[Window], *, experience: bool
) -> Iterator[tuple[str, Row | None, Callable[[Row], bool]]]:
    """The name of each, its columns if it is as of the last fold, and what compares them with those from scratch."""
    scratch = Scratch(connection, rows)
    for window in windows:
        stretches = cover(*span_of(window, state), state.closed)
        for board in (each for each in _made(experience=experience) if each.window is window):
            named = board_name(board.measure, window)
            kept = connection.execute(statement("board/as_made"), {**named, **_at(state)}).fetchone()
            yield board.name, kept, partial(_is_board, scratch, board.measure, stretches)
        if window is EVER:
            continue
        given = {"time_window": window.name, **_at(state)}
        kept = connection.execute(statement("active/as_made"), given).fetchone()
        # who was purged was active all the same, and is in no row any more
        purged = connection.execute("select count(*) from purge where before > %s", (stretches[0].begin,)).fetchone()
        more = purged[0] if purged else 0
        yield f"active {window.name}", kept, partial(_is_number, scratch, stretches, more)


def _at(state: State) -> dict[str, Any]:
    """What a board says of itself that is as of now."""
    return {"folds": state.folds, "as_of": state.watermark}


def _is_board(scratch: Scratch, measure: Measure, stretches: list[Stretch], kept: Row) -> bool:
    return _agrees(scratch, measure, kept, scratch.board(measure, stretches))


def _agrees(scratch: Scratch, measure: Measure, kept: Row, ranked: Ranked) -> bool:
    """Whether what is kept is this board, but for rows that are not shown any more and such as took their place."""
    if kept == tuple(columns_of(measure, ranked).values()):
        return True
    columns = [column for column in kept if column is not None]
    if len({len(column) for column in columns}) > 1:
        return False
    rows, expected = list(zip(*columns, strict=True)), _rows(ranked)
    keys = np.array(columns[:-2], np.int64).T
    left = [rows[at] for at in scratch.shown(measure, keys)]
    return left != rows and expected[: len(left)] == left and len(expected) <= len(rows)


def _rows(ranked: Ranked) -> list[Row]:
    return [(*key, gained, lost) for key, gained, lost in zip(*ranked, strict=True)]


def _is_number(scratch: Scratch, stretches: list[Stretch], more: int, kept: Row) -> bool:
    """How many are active; with `more` that are in no row any more as many as are kept, if it can be so many.

    Sketches of which one holds the other differ by what lies between them, give or take its own error.
    """
    found = scratch.active(stretches)
    most = found + more + round(5 * STANDARD_ERROR * math.sqrt((found + more) * more))
    return bool(found <= kept[0] <= most)
