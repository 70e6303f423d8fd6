"""The benchmark of storage: what an event leaves on the disk, by table, from what a trial has left there.

    bytes_per_event   of each table, with its indexes, by the events that stand in buckets of its size; `total` of all.
                      Names are new the rarer the longer one counts, so theirs is an upper bound
    gb_a_month        what each table grows by at 500 events a second, before anything of it is dropped
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.feed import feed_of
from benchmarks.machine import machine
from benchmarks.options import EVENTS_MAX, StorageOptions
from benchmarks.pipeline import FOLD_S
from benchmarks.trial import Server, Trials
from benchmarks.tries import result_of


def storage(options: StorageOptions, server: Server, say: Callable[[str], None]) -> dict[str, Any]:
    """Count once a try, the fold running; JSON-ready values. Raises WrongRun when it did not count right."""
    with tempfile.TemporaryDirectory(prefix="skytally-bench-") as folder:
        count = min(options.events, EVENTS_MAX["jetstream"])
        say(f"counting {options.events:,} events")
        feed = feed_of("jetstream", options.recording, Path(folder), count, options.seed)
        trials = Trials(server, feed, not options.recording, options.workers)
        tries = []
        for _ in range(options.runs):
            found = trials.flat_out(options.events, FOLD_S)
            tables = found["bytes_by_table"]
            total = round(sum(tables.values()), 2)
            tries.append({"bytes_per_event": {"total": total, **tables}, "gb_a_month": found["gb_a_month"]})
            say(f"{total} bytes an event, all tables together")
        return {"events": options.events, **result_of(tries), "source": feed.source, "machine": machine()}
