"""The benchmark of boards: what it costs to make them anew, and that the cost does not grow with the history.

A history of 30 days is generated, then twice as much of it: hours and days as they are summed up, and the minutes at
the edges of the windows. Then a minute of new events comes, an hour turns, and deleted accounts are purged. Every board
is compared with the one from scratch in the same run; where one differs, the run is no result.

The result, by size of history: `account_hours`, accounts with anything, by hour; `first_s` for the first boards that
ever were, `cold_s` for those of a process that begins where there are some; `refresh_s` after a minute of new events,
by window, the median of five; `turn_s` the same when an hour has turned, `hour_s` for the boards of its end;
`purge_s` for what the boards have to do when 1,000 accounts have been purged; `scratch_s` for all of a window from all
rows; `read_ms` for a page of 100 of a board of accounts and of posts, and for an account's hours of 30 days. `growth`:
the second size over the first.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import psycopg

from benchmarks.balance import WrongRun
from benchmarks.board_reads import read_ms
from benchmarks.board_stage import DAYS, NOW, Stage
from benchmarks.machine import machine
from benchmarks.options import BoardsOptions
from benchmarks.trial import Server
from benchmarks.tries import result_of
from collector.board_check import check
from collector.boards import Boards
from collector.purge import Purge
from collector.windows import ALL_WINDOWS, WINDOWS, Window
from sql.session import connect

ROWS = 1100
MINUTES = 5
"""New ones, after each of which boards are made."""
PURGED = 1000
_LAST, _TURNED, _PURGED = 29, 31, 45  # minutes after NOW: of the hour; of the next one; when a purge may begin


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
        stage = Stage(owner, options, times)
        found: dict[str, Any] = {"account_hours": stage.account_hours}
        say(f"a history of {stage.account_hours:,} account-hours")
        with connect(conninfo, "skytally_roller", "bench") as roller:
            found["first_s"] = _timed(Boards(roller, ROWS, DAYS).refresh)
            kept = Boards(roller, ROWS, DAYS)
            found["cold_s"] = _timed(kept.refresh)
            say(f"the first boards of all took {found['first_s']} s, those of a new process {found['cold_s']} s")
            found["refresh_s"] = _by_minutes(stage, kept)
            found["scratch_s"] = {window.name: _timed(partial(_verify, owner, [window])) for window in WINDOWS}
            say(f"refreshed in {found['refresh_s']} s, from scratch in {found['scratch_s']} s")
            found["read_ms"] = read_ms(owner, NOW, DAYS)
            say(f"read in {found['read_ms']} ms")
            found |= _turned(stage, kept)
            _verify(owner)
            say(f"refreshed in a new hour in {found['turn_s']} s, those of the hour's end made in {found['hour_s']} s")
            found["purge_s"] = _purged(stage, roller, kept)
            _verify(owner)
            say(f"after a purge of {PURGED:,} accounts made anew in {found['purge_s']} s")
    return found


def _by_minutes(stage: Stage, kept: Boards) -> dict[str, float]:
    refreshed = []
    for minute in range(1, MINUTES + 1):
        stage.move_to(minute)
        refreshed.append(_refreshed(kept))
    return {name: statistics.median(each[name] for each in refreshed) for name in refreshed[0]}


def _turned(stage: Stage, kept: Boards) -> dict[str, Any]:
    """Two minutes, with the first of which an hour begins."""
    stage.move_to(_LAST)
    kept.refresh()
    stage.move_to(_TURNED)
    return {"turn_s": _refreshed(kept), "hour_s": _timed(kept.keep_hour)}


def _purged(stage: Stage, roller: psycopg.Connection, kept: Boards) -> float:
    """To be told of it, and to make all boards then."""
    told = []
    stage.delete(PURGED)
    purge = Purge(roller, lambda accounts: told.append(_timed(partial(kept.note_purged, accounts))))
    purge.begin()
    stage.move_to(_PURGED)
    kept.refresh()
    while purge.step():
        pass
    return round(sum(told) + _timed(kept.refresh), 3)


def _refreshed(kept: Boards) -> dict[str, float]:
    """Seconds for the boards of each window; moving on in memory is in the first one's."""
    return {window.name: _timed(partial(kept.refresh, [window])) for window in ALL_WINDOWS}


def _verify(owner: psycopg.Connection, windows: Iterable[Window] = ALL_WINDOWS) -> None:
    """Make boards from all rows. Raises WrongRun where one is not what is kept."""
    checked = check(owner, ROWS, windows=windows)
    if checked.different or checked.older:
        raise WrongRun(f"boards are not as from scratch: {', '.join(checked.different) or 'older than the last fold'}")


def _timed(do: Callable[[], object]) -> float:
    begun = time.monotonic()
    do()
    return round(time.monotonic() - begun, 3)
