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
from collector.retention import tend_days
from collector.rollup import Fold, Folded
from collector.schedule import Schedule
from collector.settings import CollectorSettings
from collector.vitals import RollerVitals
from sql.session import connect

TEND_INTERVAL_S = 60.0
_SHARE_OF_STOP = 0.3  # of the time that a stop may take: after so much of it the boards stay as they are
_PASSING = (psycopg.errors.DeadlockDetected, psycopg.errors.LockNotAvailable)


def run(settings: CollectorSettings, conninfo: str, control: Connection, vitals: RollerVitals) -> None:
    """The process: fold, wait, fold; a closed control wire means: the workers are done, fold what is left and end."""
    with connect(conninfo, "skytally_roller", "roller") as connection:
        fold = Fold(connection)
        boards = Boards(connection, settings.board_rows, settings.hour_days_kept * 24)
        schedule = Schedule(boards, settings.board_interval_s)
        tended_at = 0.0
        stopping_at: float | None = None
        while True:
            stopping = control.poll(settings.fold_interval_s)
            stopping_at = stopping_at or (time.monotonic() if stopping else None)
            folded = _fold(fold, vitals)
            schedule.folded(folded)
            if stopping_at is not None:
                if folded is not None and not folded.minutes:
                    if time.monotonic() - stopping_at < settings.stop_deadline_s * _SHARE_OF_STOP:
                        schedule.finish()
                    return
                continue
            if time.monotonic() - tended_at > TEND_INTERVAL_S:
                tended_at = time.monotonic()
                with contextlib.suppress(*_PASSING):
                    tend_days(connection, settings)
            with contextlib.suppress(*_PASSING):
                schedule.work()
            vitals.set("alive_at", time.monotonic())


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
