"""The watch, on figures that are given."""

from __future__ import annotations

import multiprocessing
import os
import time
from types import SimpleNamespace
from typing import Any

from benchmarks.watch import Watch
from collector.vitals import ReaderVitals, RollerVitals, WorkerVitals


def group() -> Any:
    """A group whose processes are all this one."""
    context, process = multiprocessing.get_context("spawn"), SimpleNamespace(pid=os.getpid())
    return SimpleNamespace(
        reader=process, workers=[process, process], roller=process, reader_vitals=ReaderVitals(context),
        worker_vitals=[WorkerVitals(context) for _ in range(2)], roller_vitals=RollerVitals(context),
    )  # fmt: skip


def seen(watched: Any) -> Watch:
    """A watch that has seen this at its end."""
    with Watch(os.getpid(), os.getpid()) as watch:
        watch.follow(watched)
    return watch


def test_memory_is_noted_with_every_million_events() -> None:
    watched = group()
    watched.worker_vitals[0].set("events", 1_500_000)
    watched.worker_vitals[1].set("events", 700_000)
    watch = seen(watched)
    assert watch.events == 2_200_000
    assert watch.rss_mib_by_million == [round(watch.rss_peak_bytes / (1 << 20), 1)] * 2
    assert watch.rss_mib_by_million[0] > 5, "five times this process"


def test_later_than_the_largest_limit_is_no_number() -> None:
    watched = group()
    watched.reader_vitals.set("first_at", time.monotonic())
    for seconds, events in ((0.2, 90), (0.4, 8), (9.0, 2)):
        watched.worker_vitals[0].durable(events, seconds, 1.0)
    watch = seen(watched)
    assert watch.durable_within_s(0.9) == 0.25
    assert watch.durable_within_s(0.98) == 0.5
    assert watch.durable_within_s(0.99) is None


def test_what_was_before_things_settled_does_not_count() -> None:
    watched, watch = group(), Watch(os.getpid(), os.getpid(), settle_s=60.0)
    vitals = watched.worker_vitals[0]
    for age_s, events, durable_s in ((10, 100, 9.0), (100, 50, 0.2)):
        watched.reader_vitals.set("first_at", time.monotonic() - age_s)
        vitals.add("events", events)
        vitals.durable(events, durable_s, 1.0)
        watch._look(watched)
    assert watch.events_since == 50
    assert watch.durable_within_s(0.99) == 0.25
    assert watch.settled_at < watch.looked_at
