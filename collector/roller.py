"""The roller process: folds at its interval until told to stop, then until nothing is left.

It never sees frames or events.
"""

from __future__ import annotations

import contextlib
import time
from multiprocessing.connection import Connection

import psycopg

from collector.checkpoint import unix_us
from collector.retention import tend_days
from collector.rollup import Fold
from collector.settings import CollectorSettings
from collector.vitals import RollerVitals
from sql.session import connect

TEND_INTERVAL_S = 60.0
_PASSING = (psycopg.errors.DeadlockDetected, psycopg.errors.LockNotAvailable)


def run(settings: CollectorSettings, conninfo: str, control: Connection, vitals: RollerVitals) -> None:
    """The process: fold, wait, fold; a closed control wire means: the workers are done, fold what is left and end."""
    with connect(conninfo, "skytally_roller", "roller") as connection:
        fold = Fold(connection)
        tended_at = 0.0
        while True:
            stopping = control.poll(settings.fold_interval_s)
            found = _fold(fold, vitals)
            if time.monotonic() - tended_at > TEND_INTERVAL_S and not stopping:
                tended_at = time.monotonic()
                with contextlib.suppress(*_PASSING):
                    tend_days(connection, settings)
            if stopping and not found:
                return


def _fold(fold: Fold, vitals: RollerVitals) -> bool:
    begun = time.monotonic()
    vitals.set("alive_at", begun)
    try:
        found, watermark = fold.fold()
        while watermark is not None and fold.close(watermark):
            vitals.set("alive_at", time.monotonic())
    except _PASSING:  # somebody reads a segment just now; what was not folded waits for the next time
        return True
    seconds = time.monotonic() - begun
    vitals.set("alive_at", begun + seconds)
    vitals.add("folds", 1)
    vitals.add("fold_s", seconds)
    vitals.set("last_fold_s", seconds)
    vitals.set("empty", 0 if found else 1)
    if found:
        vitals.set("folded_at", time.monotonic())
    if watermark is not None:
        vitals.set("watermark_us", unix_us(watermark))
    return found
