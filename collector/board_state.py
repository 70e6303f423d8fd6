"""What boards are made at, and how one is written: names and columns of the tables of boards.

It makes none.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import psycopg

from collector.measures import POSTS, Measure
from collector.ranking import Ranked
from collector.rollups import DAY, HOUR
from collector.windows import EVER, Window, floor
from sql import array_of, statement


class State(NamedTuple):
    """What the rollups are complete to."""

    watermark: datetime
    closed: dict[str, datetime | None]
    """Up to when hours and days are summed up."""
    folds: int
    since: datetime
    """There is nothing before."""


def state_of(connection: psycopg.Connection) -> State | None:
    """What the rollups are complete to; None as long as nothing is."""
    row = connection.execute(statement("board/state")).fetchone()
    if row is None or row[0] is None:
        return None
    watermark, hours_to, days_to, folds, since = row
    return State(watermark, {HOUR: hours_to, DAY: days_to}, folds, since)


def span_of(window: Window, state: State) -> tuple[datetime, datetime]:
    """From when to before when a board of this window is; of all time from the first day there is: days are kept."""
    begins, ends = window.span(state.watermark)
    return (floor(state.since, DAY) if window is EVER else begins), ends


def board_name(measure: Measure, window: Window) -> dict[str, str]:
    """What tells a board from the others."""
    return {"kind": measure.kind, "metric": measure.metric, "time_window": window.name}


def columns_of(measure: Measure, ranked: Ranked) -> dict[str, list[int] | None]:
    """The rows of a board side by side."""
    columns = [list(column) for column in zip(*ranked.keys, strict=True)] or [[]] * len(measure.source.key)
    rkeys = columns[1] if measure.kind == POSTS else None
    return {"keys": columns[0], "rkeys": rkeys, "gained": ranked.gained, "lost": ranked.lost}


def arrays_of(measure: Measure, ranked: Ranked) -> dict[str, str | None]:
    """The same as parameters."""
    columns = columns_of(measure, ranked)
    return {name: None if column is None else array_of(column) for name, column in columns.items()}
