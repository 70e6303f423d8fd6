"""The boards, and how many accounts are active: as they stand now, and as they stood at the end of each hour.

What is kept in memory is made anew when a process begins, and forgotten when late events change the past; of a purge
its accounts are read again. The tables of boards are all it writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import psycopg

from collector.active import Active
from collector.amounts import Reader
from collector.authors import Authors
from collector.board_state import State, arrays_of, board_name, span_of, state_of
from collector.certified import Certified
from collector.closed import Complete
from collector.crashpoint import crashpoint
from collector.live import Live
from collector.measures import ACCOUNTS, LEVEL, MEASURES, Measure
from collector.ranking import Ranking
from collector.rollups import DAY, HOUR, MINUTE
from collector.sliding import Sliding
from collector.windows import (
    ALL_WINDOWS,
    EVER,
    HOUR_LONG,
    LENGTH,
    MONTH_LONG,
    WINDOWS,
    Stretch,
    Window,
    ceiling,
    cover,
    floor,
)
from sql import statement

_HOUR = LENGTH[HOUR]


class Boards:
    """The boards' one writer, on one session."""

    def __init__(
        self, connection: psycopg.Connection, rows: int, days_kept: int, *, experience: bool = True
    ) -> None:  # fmt: skip
        """Without `experience` there are none of what accounts have earned, not even old ones."""
        self._connection = connection
        self._measures = [measure for measure in MEASURES if experience or not measure.points]
        self._ever = [LEVEL] if experience else []
        self._kept = timedelta(days=days_kept)
        self._sliding: list[Sliding] = []
        reader, ranking, authors = Reader(connection), Ranking(connection, rows), Authors(connection)
        self._complete = Complete(reader)

        rows_before = connection.execute(statement("board/last_values"), {"rows": rows}).fetchall()
        last = {(kind, metric, window): value for kind, metric, window, value in rows_before}

        def board(measure: Measure, window: Window, authors: Authors | Sliding) -> Certified:
            value = last.get((measure.kind, measure.metric, window.name), 0)
            return Certified(measure, reader, self._complete, authors, ranking, value)

        def each(windows: Iterable[Window]) -> dict[tuple[Measure, Window], Certified]:
            return {(m, w): board(m, w, self._counting(authors, m, w)) for w in windows for m in self._measures_of(w)}

        self._live, self._active = Live(reader, self._measures), Active(connection)
        self._now, self._at_hours_end = each(ALL_WINDOWS), each(WINDOWS)
        names = [board_name(*at) for at in self._now]
        given = {f"{part}s": [name[part] for name in names] for part in ("kind", "metric", "time_window")}
        connection.execute(statement("board/forget_others"), given)
        self._changed: set[datetime] = set()

    def note(self, minutes: set[datetime]) -> None:
        """These have been folded into."""
        self._changed.update(minutes)
        for board in self._now.values():
            board.note(minutes)
        for sliding in self._sliding:
            sliding.note(minutes)

    def note_purged(self, accounts: Sequence[int]) -> None:
        """Rows of these accounts have gone that are in sums: it makes a difference once one of them is shown again."""
        self._live.forget()
        try:
            self._complete.note_purged(accounts)
            for board in self._now.values():
                board.note_purged(accounts)
        except psycopg.Error:  # nobody will say it again
            self.forget()
            raise

    def refresh(self, windows: Iterable[Window] = ALL_WINDOWS) -> bool:
        """Make the boards of these windows as the rollups are now. Whether there is anything yet."""
        state = state_of(self._connection)
        if state is None:
            return False
        self._live.move_to(state.watermark, self._changed)
        self._active.move_to(state.watermark, self._changed)
        self._changed = set()
        with self._connection.transaction():
            for window in windows:
                self._refresh(window, state)
            crashpoint("boards_made")
        return True

    def asked(self) -> list[Window]:
        """The windows whose boards somebody wants as of now; who asks this makes them."""
        row = self._connection.execute(statement("board/answer")).fetchone()
        return [window for window in ALL_WINDOWS if row and window.name in row[0]]

    def forget(self) -> None:
        """Remember nothing: somebody else has changed the rollups."""
        self._live.forget()
        self._active.forget()
        for board in (*self._now.values(), *self._at_hours_end.values()):
            board.forget()
        self._complete.forget()
        self._count_anew()

    def keep_hour(self) -> bool:
        """Keep the boards at the end of the oldest hour that is closed and has none; whether there was one."""
        state = state_of(self._connection)
        hour = state and self._next_hour(state)
        if state is None or hour is None:
            return False
        is_whole = MONTH_LONG.span(hour)[0] >= floor(state.watermark, DAY) - self._kept
        if not is_whole:
            self._count_anew()  # hours that leave this window are dropped already
        # in a transaction of its own: workers that come to a new day wait for the same lock
        self._connection.execute("select ensure_day(%s)", (hour.date(),))
        with self._connection.transaction():
            for (measure, window), board in self._at_hours_end.items():
                begins, ends = window.span(hour + _HOUR - LENGTH[MINUTE])
                whole = cover(begins, ends, state.closed)
                if is_whole:
                    board.begin_like(self._now[measure, window])
                ranked = board.board(_past(begins, ends, state), [], whole)
                board.forget()
                given: dict[str, Any] = {"hour": hour, **board_name(measure, window), **arrays_of(measure, ranked)}
                self._connection.execute(statement("board/keep"), given)
                if measure.kind == ACCOUNTS:
                    best = {name: given[name] for name in ("hour", "metric", "time_window", "keys")}
                    self._connection.execute(statement("board/note_best_ranks"), best)
            for window in WINDOWS:
                begins, ends = window.span(hour + _HOUR - LENGTH[MINUTE])
                accounts = self._active.between(begins, ends, state)
                given = {"hour": hour, "time_window": window.name, "accounts": accounts}
                self._connection.execute(statement("active/keep"), given)
            self._active.forget_hours(hour - self._kept)
            self._connection.execute("update fold set boards_to = %s", (hour + _HOUR,))
            crashpoint("hour_kept")
        return True

    def _next_hour(self, state: State) -> datetime | None:
        """The oldest hour that is closed and whose boards are not kept, as far back as any are."""
        hours_to = state.closed[HOUR]
        if hours_to is None:
            return None
        ((boards_to,),) = self._connection.execute("select boards_to from fold").fetchall()
        hour = max(boards_to or floor(state.since, HOUR), hours_to - self._kept)
        return hour if hour < hours_to else None

    def _count_anew(self) -> None:
        for sliding in self._sliding:
            sliding.forget()

    def _counting(self, authors: Authors, measure: Measure, window: Window) -> Authors | Sliding:
        """What counts distinct authors of one board."""
        if not measure.by_authors or window.step == MINUTE:
            return authors
        self._sliding.append(Sliding(measure.source, authors))
        return self._sliding[-1]

    def _measures_of(self, window: Window) -> list[Measure]:
        return self._ever if window is EVER else self._measures

    def _refresh(self, window: Window, state: State) -> None:
        begins, ends = span_of(window, state)
        # behind the live minutes at its beginning, before those at its end
        first = DAY if window is EVER else HOUR  # hours of the first day are not kept for ever
        past = [] if window is HOUR_LONG else _past(ceiling(begins, HOUR), floor(state.watermark, HOUR), state, first)
        whole = cover(begins, ends, state.closed)
        made = {"as_of": state.watermark, "folds": state.folds, "begins": begins, "ends": ends, "paged": window.paged}
        for measure in self._measures_of(window):
            live = self._live.parts(measure, window)
            ranked = self._now[measure, window].board(past, live, whole)
            named = board_name(measure, window)
            self._connection.execute(statement("board/store"), {**made, **named, **arrays_of(measure, ranked)})
        if window is EVER:
            return
        given = {**made, "time_window": window.name, "accounts": self._active.between(begins, ends, state)}
        self._connection.execute(statement("active/store"), given)


def _past(begin: datetime, end: datetime, state: State, first: str = HOUR) -> list[Stretch]:
    """The buckets between, from the `first` of that size there is: of a short history all windows have the same."""
    return cover(max(begin, floor(state.since, first)), end, state.closed)
