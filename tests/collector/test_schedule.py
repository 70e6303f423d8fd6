"""When boards are made: whatever is due, hours of the past have their turn, and whoever asks is answered first."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from collector.schedule import Schedule
from collector.windows import HOUR_LONG, MONTH_LONG, Window

INTERVAL_S = 10.0


class SlowBoards:
    """Any of them takes as long as the interval of those of an hour, so that these are always due."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.made: Counter[str] = Counter()
        self.wanted: list[Window] = []

    def asked(self) -> list[Window]:
        wanted, self.wanted = self.wanted, []
        return wanted

    def refresh(self, windows: Sequence[Window]) -> bool:
        self.made.update(window.name for window in windows)
        self.now += INTERVAL_S
        return True

    def keep_hour(self) -> bool:
        self.made["hour"] += 1
        self.now += 1
        return True


@pytest.fixture
def boards(monkeypatch: pytest.MonkeyPatch) -> SlowBoards:
    found = SlowBoards()
    monkeypatch.setattr(time, "monotonic", lambda: found.now)
    return found


def test_where_boards_are_always_due_the_others_and_hours_of_the_past_have_their_turn(boards: SlowBoards) -> None:
    given: Any = boards
    schedule = Schedule(given, INTERVAL_S)
    while boards.now < 1000 + 24 * 3600:
        schedule.work()
        boards.now += 2  # and a fold
    assert boards.made["hour"] > 24  # else they would fall behind
    assert min(boards.made[name] for name in ("1h", "1d", "7d", "30d")) >= 20


def test_who_asks_is_answered_before_anything_that_is_due(boards: SlowBoards) -> None:
    given: Any = boards
    schedule = Schedule(given, INTERVAL_S)
    for _ in range(20):
        boards.wanted = [HOUR_LONG, MONTH_LONG]
        assert schedule.work() == "all"
    assert boards.made == {"1h": 20, "30d": 20}
