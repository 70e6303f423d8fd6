"""The watchdog: who stands still is not said to get on, long before it is taken for frozen."""

from __future__ import annotations

import multiprocessing
from types import SimpleNamespace

import pytest

from collector import watchdog
from collector.vitals import ReaderVitals, RollerVitals, WorkerVitals
from collector.watchdog import STALL_S_MAX, STILL_S_MAX, Watchdog

_CONTEXT = multiprocessing.get_context("spawn")


class Clock:
    """Time as a test has it; the reader's loop turns with it unless it is frozen."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.frozen = 1000.0, False
        self.reader, self.worker, self.roller = ReaderVitals(_CONTEXT), WorkerVitals(_CONTEXT), RollerVitals(_CONTEXT)
        monkeypatch.setattr(watchdog, "time", SimpleNamespace(monotonic=lambda: self.now))
        group = SimpleNamespace(
            dead=list, workers=[None], reader_vitals=self.reader, worker_vitals=[self.worker],
            roller_vitals=self.roller,
        )  # fmt: skip
        self.watchdog = Watchdog(group)  # type: ignore[arg-type]

    def seen_after(self, seconds: float) -> tuple[bool, str | None]:
        self.now += seconds
        if not self.frozen:
            self.reader.set("alive_at", self.now)
        trouble = self.watchdog.trouble()
        return self.watchdog.gets_on(), trouble


def test_a_worker_that_commits_nothing_of_what_waits_does_not_get_on(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    clock.worker.set("ready", 1)
    clock.reader.set("queued_bytes", 1)
    assert clock.seen_after(STILL_S_MAX - 1) == (True, None)
    assert clock.seen_after(2) == (False, None)
    clock.worker.add("batches", 1)
    assert clock.seen_after(STALL_S_MAX) == (True, None)
    assert clock.seen_after(STALL_S_MAX + 1) == (False, "worker 0 has committed nothing for 30 s")


def test_a_worker_without_work_gets_on_and_so_does_one_that_loads_its_window(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    assert clock.seen_after(100) == (True, None)
    clock.reader.set("queued_bytes", 1)
    assert clock.seen_after(100) == (True, None)


def test_a_reader_whose_loop_does_not_turn_does_not_get_on(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    clock.frozen = True
    assert clock.seen_after(STILL_S_MAX - 1) == (True, None)
    assert clock.seen_after(2) == (False, None)
    assert clock.seen_after(STALL_S_MAX) == (False, "the reader has stood still for 30 s")
