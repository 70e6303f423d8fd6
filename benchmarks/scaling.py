"""The benchmark of scaling: events a second and processor time an event with 1, 2 and 4 workers, and how many cores a
larger network would take at that cost.

    sizes      by number of workers, the median of the tries, the fold running: `events_per_second` from socket to
               durable rows flat out, `sustained_with_fold` until all is in the rollups, `cpu_us_per_event` by process
               (with the fold in it), `per_core` events a second for each core that the collector and Postgres took,
               `worker_us_per_event` what workers spent their time on
    on_paper   at the cost of the median of two workers: by times of today's network, `cores` each part would take, and
               what can not be shared out and would be the first to have no time left: `first_full` (the reader, or the
               fold: roller and its session of Postgres, which take turns), at `first_full_at` events a second

Numbers of workers that no core is left for compare only what an event costs.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.balance import WrongRun
from benchmarks.feed import Feed, feed_of
from benchmarks.machine import machine
from benchmarks.options import EVENTS_MAX, ScalingOptions
from benchmarks.pipeline import FOLD_S, NEVER_S
from benchmarks.sizes import RATE
from benchmarks.trial import COLLECTOR, Server, Trials
from benchmarks.tries import result_of

_OF_THE_FOLD = ("cpu_us_per_event", "session_us_per_event", "worker_us_per_event", "rss_mib_peak")
TIMES = (1, 10, 100)
"""Of today's network."""


def scaling(options: ScalingOptions, server: Server, say: Callable[[str], None]) -> dict[str, Any]:
    """Run it; JSON-ready values. Raises WrongRun when a run did not count right."""
    workers = [int(number) for number in options.numbers.split(",")]
    with tempfile.TemporaryDirectory(prefix="skytally-bench-") as folder:
        count = min(options.events, EVENTS_MAX["jetstream"])
        feed = feed_of("jetstream", options.recording, Path(folder), count, options.seed)
        tries: dict[int, list[dict[str, Any]]] = {number: [] for number in workers}
        for _ in range(options.runs):
            for number in workers:  # by turns: machines change their pace
                tries[number].append(_try(options, number, server, feed))
                say(f"{number} workers: {tries[number][-1]['events_per_second']:,.0f} events/s, "
                    f"{tries[number][-1]['sustained_with_fold']:,.0f} with the fold")  # fmt: skip
    sizes = [{"workers": number, **result_of(tries[number])} for number in workers]
    size = next((size for size in sizes if size["workers"] == 2), sizes[0])
    paper = on_paper(size["cpu_us_per_event"], size["session_us_per_event"]["roller"])
    return {"events": options.events, "sizes": sizes, "on_paper": paper, "source": feed.source,
            "machine": machine()}  # fmt: skip


def on_paper(cpu_us_per_event: Mapping[str, float], fold_session_us: float) -> dict[str, Any]:
    """What larger networks would take if an event cost as much there. `fold_session_us`: what of Postgres' is the
    roller's session."""
    parts = {part: cpu_us_per_event[part] for part in (*COLLECTOR, "postgres")}
    alone = {"reader": parts["reader"], "fold": parts["roller"] + fold_session_us}
    first = max(alone, key=lambda part: alone[part])
    if not alone[first]:
        raise WrongRun("too little was counted to say what an event costs")
    return {
        "networks": {
            str(times): {
                "events_per_second": times * RATE,
                "cores": {part: round(times * RATE * us / 1e6, 3) for part, us in parts.items()},
                "cores_in_all": round(times * RATE * sum(parts.values()) / 1e6, 3),
            }
            for times in TIMES
        },
        "first_full": first,
        "first_full_at": round(1e6 / alone[first]),
    }  # fmt: skip


def _try(options: ScalingOptions, workers: int, server: Server, feed: Feed) -> dict[str, Any]:
    trials = Trials(server, feed, not options.recording, workers)
    burst, folding = (trials.flat_out(options.events, fold_s) for fold_s in (NEVER_S, FOLD_S))
    us = sum(folding["cpu_us_per_event"][part] for part in (*COLLECTOR, "postgres"))
    return {
        "events_per_second": burst["events_per_second"],
        "sustained_with_fold": folding["events_per_second_folded"],
        "per_core": 1e6 / us,
        **{name: folding[name] for name in _OF_THE_FOLD},
    }
