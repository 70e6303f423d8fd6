"""When boards are made: those of short windows often, those of long ones seldom, the past when there is time.

It knows clocks and no numbers.
"""

from __future__ import annotations

import math
import time

from collector.boards import Boards
from collector.rollup import Folded
from collector.windows import ALL_WINDOWS, DAY_LONG, EVER, HOUR_LONG, MONTH_LONG, WEEK_LONG, Window

_TIMES: dict[Window, int] = {HOUR_LONG: 1, DAY_LONG: 6, WEEK_LONG: 60, MONTH_LONG: 360, EVER: 360}
"""The interval of each window's boards, in intervals of those of an hour. A month's wait longest: answers about a month
are fresh for two hours."""


_BETWEEN_HOURS = 6
"""After so many boards an hour of the past has its turn, though others be due: they may always be."""


class Schedule:
    """What is due, on the monotonic clock."""

    def __init__(self, boards: Boards, interval_s: float) -> None:
        self._boards = boards
        self._interval_s = interval_s
        self._made_at: dict[Window, float] = {}
        self._since_hour = 0

    def folded(self, folded: Folded | None) -> None:
        """Note what a fold has changed; None: nobody knows."""
        if folded is None or folded.others:
            self._boards.forget()
        if folded is not None:
            self._boards.note(folded.minutes)

    def finish(self, until: float) -> None:
        """Make the boards as the rollups are now, those of short windows first; none is begun after `until`."""
        for window in ALL_WINDOWS:
            if time.monotonic() < until:
                self._boards.refresh([window])

    def work(self) -> str | None:
        """Make the boards of the window that is due the longest, so that folds need not wait for all of them; if none
        is, keep those of one hour of the past. What somebody asks for comes before what is due. Returns which were made
        (`vitals.BOARDS`)."""
        now = time.monotonic()
        asked = self._boards.asked()
        due = asked or self._longest_due(now)
        if not due or (not asked and self._since_hour >= _BETWEEN_HOURS):
            self._since_hour = 0
            if self._boards.keep_hour():
                return "hour"
        if not due or not self._boards.refresh(due):
            return None
        self._since_hour += 1
        self._made_at.update(dict.fromkeys(due, now))
        if due == [EVER]:
            return "level"
        return due[0].name if len(due) == 1 else "all"

    def _longest_due(self, now: float) -> list[Window]:
        """The one window, if any."""
        waited = {w: (now - self._made_at.get(w, -math.inf)) / (_TIMES[w] * self._interval_s) for w in ALL_WINDOWS}
        longest = max(ALL_WINDOWS, key=lambda window: waited[window])
        return [longest] if waited[longest] >= 1 else []
