"""The roller process: folds at its interval until told to stop, then until nothing is left; makes boards in between.

It never sees frames or events.
"""

from __future__ import annotations

import contextlib
import time
from multiprocessing.connection import Connection

import psycopg

from collector.boards import Boards
from collector.checkpoint import unix_us
from collector.chores import Chores
from collector.feeds.ranking import Rankings
from collector.memory import give_back, keep_large_blocks_apart
from collector.rollup import Fold, Folded
from collector.schedule import Schedule
from collector.settings import CollectorSettings
from collector.vitals import RollerVitals
from sql.session import connect

_SHARE_OF_STOP = 0.3  # of the time that a stop may take: after so much of it the boards stay as they are
_LAST_STATEMENT_S = 1  # what takes longer while stopping (first boards of a long history) is left to the next start
_PASSING = (psycopg.errors.DeadlockDetected, psycopg.errors.LockNotAvailable)


def run(settings: CollectorSettings, conninfo: str, control: Connection, vitals: RollerVitals) -> None:
    """The process: fold, wait, fold; a closed control wire means: the workers are done, fold what is left and end."""
    keep_large_blocks_apart()
    with connect(conninfo, "skytally_roller", "roller") as connection:
        fold = Fold(connection)
        boards = Boards(connection, settings.board_rows, settings.hour_days_kept, experience=settings.experience)
        schedule = Schedule(boards, settings.board_interval_s)
        rankings = Rankings(connection)
        chores = Chores(connection, settings, boards, vitals)
        while not control.poll(settings.fold_interval_s):
            schedule.folded(_fold(fold, vitals))
            with contextlib.suppress(*_PASSING):
                chores.work()
                rankings.work()
            _make_boards(boards, schedule, vitals)
            give_back()
            vitals.set("alive_at", time.monotonic())
        until = time.monotonic() + settings.stop_deadline_s * _SHARE_OF_STOP
        _fold_all(fold, schedule, vitals)
        connection.execute("select set_config('statement_timeout', %s, false)", (f"{_LAST_STATEMENT_S}s",))
        with contextlib.suppress(psycopg.errors.QueryCanceled, *_PASSING):
            schedule.finish(until)
            rankings.make()


def _make_boards(boards: Boards, schedule: Schedule, vitals: RollerVitals) -> None:
    """What is due; what a passing lock cut off in the middle is read anew the next time."""
    begun = time.monotonic()
    try:
        made = schedule.work()
    except _PASSING:
        boards.forget()
        return
    if made:
        vitals.add(f"boards {made}", 1)
        vitals.add(f"boards {made} s", time.monotonic() - begun)


def _fold_all(fold: Fold, schedule: Schedule, vitals: RollerVitals) -> None:
    """Fold what is left: nobody writes tallies any more, so one fold has all of them."""
    folded = None
    while folded is None:
        folded = _fold(fold, vitals)
        schedule.folded(folded)


def _fold(fold: Fold, vitals: RollerVitals) -> Folded | None:
    """Fold what is waiting; None when somebody reads a segment just now: it waits for the next time."""
    begun = time.monotonic()
    vitals.set("alive_at", begun)
    try:
        folded = fold.fold()
        while folded.watermark is not None and fold.close(folded.watermark):
            vitals.set("alive_at", time.monotonic())
    except _PASSING:
        return None
    seconds = time.monotonic() - begun
    vitals.set("alive_at", begun + seconds)
    vitals.add("folds", 1)
    vitals.add("fold_s", seconds)
    vitals.set("last_fold_s", seconds)
    vitals.set("empty", 0 if folded.minutes else 1)
    if folded.minutes:
        vitals.set("folded_at", time.monotonic())
    if folded.watermark is not None:
        vitals.set("watermark_us", unix_us(folded.watermark))
    return folded
