"""The benchmark of boards: what it costs to make them anew, and that the cost does not grow with the history.

A history of 30 days is generated, then twice as much of it: hours and days as they are summed up, and the minutes at
the edges of the windows. Then a minute of new events comes, and an hour turns. Every board is compared with the one
from scratch in the same run; where one differs, the run is no result.

The result, by size of history: `account_hours`, accounts with anything, by hour; `first_s` for the first boards that
ever were, `cold_s` for those of a process that begins where there are some; `refresh_s` after a minute of new events,
by window, the median of five; `turn_s` the same when an hour has turned, `hour_s` for the boards of its end;
`scratch_s` for all of a window from all rows; `read_ms` for a page of 100 of a board, and for an account's hours of 30
days. `growth`: the second size over the first.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.balance import WrongRun
from benchmarks.history import History, hours
from benchmarks.machine import machine
from benchmarks.options import BoardsOptions
from benchmarks.trial import Server
from benchmarks.tries import result_of
from collector.board_check import check
from collector.boards import Boards
from collector.rollups import DAY, HOUR, MINUTE
from collector.windows import ALL_WINDOWS, LENGTH, WINDOWS, Window, floor
from sql import statement
from sql.session import connect
from web.series import as_given
from web.spans import Summed, spans

NOW = datetime(2026, 7, 4, 12, 30, tzinfo=UTC)
DAYS = 30
ROWS = 1100
MINUTES = 5
"""New ones, after each of which boards are made."""


def boards(options: BoardsOptions, server: Server, say: Callable[[str], None]) -> dict[str, Any]:
    """Run it with the history and with twice as much. Raises WrongRun when a board is not as from scratch."""
    tries = []
    for _ in range(options.runs):
        sizes = [_measured(options, times, server, say) for times in (1, 2)]
        growth = {
            name: {window: round(sizes[1][name][window] / sizes[0][name][window], 2) for window in sizes[0][name]}
            for name in ("refresh_s", "turn_s")
        }
        tries.append({"sizes": sizes, "growth": growth})
    return {**result_of(tries), "source": "a generated history", "machine": machine()}


def _measured(options: BoardsOptions, times: int, server: Server, say: Callable[[str], None]) -> dict[str, Any]:
    with server() as conninfo, connect(conninfo, None, "bench") as owner:
        history = History(owner, options.accounts * times, options.seed)
        account_hours = _write(owner, history, options, times)
        say(f"a history of {account_hours:,} account-hours")
        with connect(conninfo, "skytally_roller", "bench") as roller:
            found: dict[str, Any] = {"account_hours": account_hours}
            found["first_s"] = _timed(Boards(roller, ROWS, DAYS).refresh)
            kept = Boards(roller, ROWS, DAYS)
            found["cold_s"] = _timed(kept.refresh)
            say(f"the first boards of all took {found['first_s']} s, those of a new process {found['cold_s']} s")
            refreshed = []
            for number in range(1, MINUTES + 1):
                history.write(MINUTE, NOW + number * LENGTH[MINUTE], options.rate * 60)
                _set_watermark(owner, NOW + number * LENGTH[MINUTE])
                refreshed.append(_refreshed(kept))
            found["refresh_s"] = {name: statistics.median(each[name] for each in refreshed) for name in refreshed[0]}
            found["scratch_s"] = {window.name: _timed(partial(_verify, owner, [window])) for window in WINDOWS}
            found["read_ms"] = _read(owner)
            say(f"refreshed in {found['refresh_s']} s, from scratch in {found['scratch_s']} s")
            say(f"read in {found['read_ms']} ms")
            for number in range(MINUTES + 1, 30):
                history.write(MINUTE, NOW + number * LENGTH[MINUTE], options.rate * 60)
            _set_watermark(owner, NOW + 29 * LENGTH[MINUTE])
            kept.refresh()
            _turn(owner, history, options.rate * 60)
            found["turn_s"] = _refreshed(kept)
            found["hour_s"] = _timed(kept.keep_hour)
            _verify(owner)
    say(f"refreshed when an hour had turned in {found['turn_s']} s, those of its end made in {found['hour_s']} s")
    return found


def _write(owner: psycopg.Connection, history: History, options: BoardsOptions, times: int) -> int:
    """The whole history; the number of account-hours."""
    hour = NOW - timedelta(minutes=30)
    filled_to = hour.replace(hour=0) - timedelta(days=1)
    history.fill(filled_to - timedelta(days=DAYS), filled_to)
    _ensure_days(owner, filled_to, 3)
    history.write_names()
    events = history.events_of(options.account_hours * times / (DAYS * 24))
    at_edges = [hour - timedelta(hours=24), hour - timedelta(hours=23), hour - timedelta(hours=1)]
    written = 0
    for begin in hours(hour, DAYS):
        if begin in at_edges:
            for number in range(60):
                history.write(MINUTE, begin + number * LENGTH[MINUTE], options.rate * 60)
            history.sum_up(HOUR, begin)
        else:
            written += history.write(HOUR, begin, events)
        if floor(begin, DAY) == begin - timedelta(hours=23):
            history.write_day(floor(begin, DAY))
    for number in range(31):
        history.write(MINUTE, hour + number * LENGTH[MINUTE], options.rate * 60)
    history.settle()
    _ensure_days(owner, filled_to - timedelta(days=DAYS), DAYS)
    owner.execute("update fold set hours_to = %s, days_to = %s, folds = 1", (hour, hour.replace(hour=0)))
    _set_watermark(owner, NOW)
    owner.execute("analyze")
    return written


def _turn(owner: psycopg.Connection, history: History, events: int) -> None:
    """Two minutes more, with the first of which an hour begins."""
    hour = NOW - timedelta(minutes=30)
    for number in (30, 31):
        history.write(MINUTE, NOW + number * LENGTH[MINUTE], events)
    history.sum_up(HOUR, hour)
    owner.execute("update fold set hours_to = %s, boards_to = %s", (hour + LENGTH[HOUR], hour))
    _set_watermark(owner, NOW + 31 * LENGTH[MINUTE])


def _ensure_days(owner: psycopg.Connection, first: datetime, count: int) -> None:
    for number in range(count):
        owner.execute("select ensure_day(%s)", ((first + timedelta(days=number)).date(),))


def _set_watermark(owner: psycopg.Connection, watermark: datetime) -> None:
    owner.execute("update fold set watermark = %s", (watermark,))


def _refreshed(kept: Boards) -> dict[str, float]:
    """Seconds for the boards of each window; moving on in memory is in the first one's."""
    return {window.name: _timed(partial(kept.refresh, [window])) for window in ALL_WINDOWS}


def _read(connection: psycopg.Connection) -> dict[str, float]:
    """Milliseconds for a page of 100 of a board, and for the hours of 30 days of somebody on it; the median of many."""
    board = {"metric": "likes_received", "at": None, "pattern": None, "count": "records", "offset": 0, "limit": 100}
    pages = [{**board, "time_window": window.name, "length": window.length} for window in WINDOWS]
    query = "select keys from board where kind = 'accounts' and metric = 'likes_received' and time_window = '30d'"
    ((keys,),) = connection.execute(query).fetchall()
    board_query, (series_query, month) = sql.SQL(statement("query/board_accounts")), _series(connection)
    each: dict[str, list[tuple[sql.SQL | sql.Composed, dict[str, Any]]]] = {
        "board": [(board_query, page) for page in pages * 25],
        "series": [(series_query, {**month, "account": account}) for account in keys[::11]],
    }
    return {what: _median_ms(connection, asked) for what, asked in each.items()}


def _series(connection: psycopg.Connection) -> tuple[sql.Composed, dict[str, Any]]:
    """What the site asks for the hours of 30 days of an account."""
    row = connection.execute("select hours_to, days_to from fold").fetchone()
    assert row is not None
    hours_to, days_to = row
    read = spans(NOW.replace(minute=0) - timedelta(days=DAYS), NOW, LENGTH[HOUR], Summed(hours_to, days_to, NOW))
    names = {unit: sql.Identifier(f"account_{unit}") for unit in ("day", "hour", "minute")}
    query = sql.SQL(statement("query/points")).format(**names, key=sql.SQL("kept.account = %(account)s"))
    return query, {"metrics": ["likes_received"], "bucket": LENGTH[HOUR], **as_given({"": read})}


def _median_ms(connection: psycopg.Connection, asked: list[tuple[sql.SQL | sql.Composed, dict[str, Any]]]) -> float:
    def seconds(query: sql.SQL | sql.Composed, given: dict[str, Any]) -> float:
        begun = time.perf_counter()
        connection.execute(query, given).fetchall()
        return time.perf_counter() - begun

    return round(statistics.median(seconds(*each) for each in asked) * 1000, 2)


def _verify(owner: psycopg.Connection, windows: Iterable[Window] = ALL_WINDOWS) -> None:
    """Make boards from all rows. Raises WrongRun where one is not what is kept."""
    checked = check(owner, ROWS, windows=windows)
    if checked.different or checked.older:
        raise WrongRun(f"boards are not as from scratch: {', '.join(checked.different) or 'older than the last fold'}")


def _timed(do: Callable[[], object]) -> float:
    begun = time.monotonic()
    do()
    return round(time.monotonic() - begun, 3)
