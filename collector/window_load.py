"""Loads the window of seen keys from the event log when a run begins.

The log's rows come as binary COPY, many times faster than as rows.
"""

from __future__ import annotations

from datetime import datetime
from struct import Struct

import psycopg

from collector.checkpoint import unix_us
from collector.rows import POSTGRES_EPOCH_US, SIGNATURE, pack_key
from collector.settings import CollectorSettings
from collector.window import MARGIN_US, Window
from sql import statement

# the count of fields; with its length each: rev, actor, rkey, collection, time, operation
_ROW = Struct(">hiqiqiqiiiqic")


def load_window(connection: psycopg.Connection, lanes: list[int], settings: CollectorSettings) -> Window:
    """The window of seen keys of these lanes, as the log has it."""
    bounds = {
        "span_s": settings.window_s_min + MARGIN_US / 1e6,
        "events_min": settings.window_events_min,
        "events_max": settings.window_events_max,
    }
    row = connection.execute(statement("event/window_floor"), bounds).fetchone()
    floor = row[0] if row else None
    window = Window(
        int(settings.window_s_min * 1e6),
        -(-settings.window_events_min // settings.workers),
        settings.window_events_max // settings.workers,
        _whole_from_us(connection, floor),
    )
    given = {"floor": floor, "lanes": lanes}
    with connection.cursor().copy(statement("event/window_keys"), given) as copy:
        for data in copy:
            _remember(window, bytes(data))
            window.let_go()
    return window


def _whole_from_us(connection: psycopg.Connection, floor: datetime | None) -> int | None:
    """From when on the log has every event that was accepted; of purged accounts it has none any more."""
    row = connection.execute("select max(before) from purge").fetchone()
    begins = [at for at in (floor, row[0] if row else None) if at is not None]
    return unix_us(max(begins)) - 1 if begins else None


def _remember(window: Window, data: bytes) -> None:
    """One message of the COPY: the first has the signature before its row, the last is only a trailer."""
    if data.startswith(SIGNATURE):
        data = data[len(SIGNATURE) :]
    if len(data) < _ROW.size:
        return
    _, _, rev, _, actor, _, rkey, _, collection, _, time, _, operation = _ROW.unpack_from(data)
    window.add(pack_key(rev, actor, rkey, collection), time + POSTGRES_EPOCH_US, operation == b"d")
