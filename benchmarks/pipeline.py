"""The pipeline benchmark: how many events a second go from a socket to durable rows, and what each process costs.

Three measurements on the real thing, a fresh database each: flat out with nothing folded meanwhile, flat out with the
fold running, and at a live rate. The collector, PostgreSQL and the replay server share the machine. It runs the
collector unmodified and decides nothing about it; a run that did not count right is no result.

The result, medians of all tries, the least and the largest of each under `spread` (`meter`, `watch` and `lag` say how
well CPU, memory and lag are known):

    events, seconds, events_per_second  flat out, from the first frame to the last commit, nothing folded meanwhile
    frames_per_second                   of that, messages: of the raw firehose commits, else as many as events
    sustained_with_fold                 events a second from the first frame until all is folded, the fold running
    fold_lag_s                          of that run: from the last commit to the last fold
    fold_lag_s_max                      of that run: for how long anything read had to wait for the rollups, at most
    rss_mib_peak                        reader, workers, roller and supervisor together, in the worse of both runs
    rss_mib_at_peak                     that, by process, of the run with the fold
    rss_mib_by_million                  the same, the fold running, each time another million events was counted
    cpu_us_per_event                    flat out, of each part, with the one fold at the end
    session_us_per_event                of Postgres' share in that, what workers' sessions and the roller's took
    worker_us_per_event                 flat out, what workers spent an event's time on: sorting out, feeds, names, and
                                        waiting for the commit
    bytes_per_event                     the event log with its indexes
    gb_a_month                          what each table grows by at 500 events a second, before anything is dropped
    experience                          with --experience: events a second without what experience is made of, by turns
                                        before and after those with it, what it costs in percent of them, and how much
                                        more CPU an event takes; the fold running, too
    live                                at a live rate: events a second, cores that the collector takes, the one of
                                        0.1, 0.25, 0.5, 1, 2, 5 s within which 99 % were durable (null: later), and for
                                        how long anything read had to wait for the rollups, at most
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.feed import feed_of
from benchmarks.machine import machine
from benchmarks.options import EVENTS_MAX, PipelineOptions
from benchmarks.trial import Server, Trials
from benchmarks.tries import result_of

NEVER_S = 600.0
FOLD_S = 2.0


def pipeline(options: PipelineOptions, server: Server, say: Callable[[str], None]) -> dict[str, Any]:
    """Run it all; the result as JSON-ready values, with medians at the top and every try under `tries`.

    Raises WrongRun when a run did not count right, ChildFailed when there is nothing to serve.
    """
    with tempfile.TemporaryDirectory(prefix="skytally-bench-") as folder:
        count = min(options.events, EVENTS_MAX[options.wire])
        if not options.recording:
            say(f"simulating {count:,} events")
        feed = feed_of(options.wire, options.recording, Path(folder), count, options.seed)
        trials = Trials(server, feed, not options.recording, options.workers)
        if not feed.looped:
            options = replace(options, events=count, live_s=0)
        tries = []
        for number in range(options.runs):
            say(f"try {number + 1} of {options.runs}")
            tries.append(_try(options, trials, say, number))
        return {
            **result_of(tries), "wire": options.wire, "workers": options.workers, "source": feed.source,
            "machine": machine(),
        }  # fmt: skip


def _try(options: PipelineOptions, trials: Trials, say: Callable[[str], None], number: int) -> dict[str, Any]:
    # what runs second finds caches and disks otherwise than what runs first: they change places from try to try
    counting = ((True, False) if number % 2 else (False, True)) if options.experience else (True,)
    bursts = {counted: trials.flat_out(options.events, NEVER_S, experience=counted) for counted in counting}
    burst = bursts[True]
    say(f"flat out: {burst['events_per_second']:,.0f} events/s")
    foldings = {counted: trials.flat_out(options.events, FOLD_S, experience=counted) for counted in counting}
    folding = foldings[True]
    result = {
        **{name: burst[name] for name in ("events", "seconds", "events_per_second", "frames_per_second")},
        "sustained_with_fold": folding["events_per_second_folded"],
        **{name: folding[name] for name in ("fold_lag_s", "fold_lag_s_max")},
        "rss_mib_peak": max(burst["rss_mib_peak"], folding["rss_mib_peak"]),
        **{name: folding[name] for name in ("rss_mib_at_peak", "rss_mib_by_million")},
        **{name: burst[name] for name in ("cpu_us_per_event", "session_us_per_event", "worker_us_per_event")},
        "bytes_per_event": burst["bytes_per_event"],
        "gb_a_month": folding["gb_a_month"],
    }
    say(f"with the fold running: {result['sustained_with_fold']:,.0f} events/s, the fold {result['fold_lag_s']:.1f} s "
        f"behind at the end, {result['fold_lag_s_max']:.1f} s at most")  # fmt: skip
    if options.experience:
        result["experience"] = {
            **_costs(bursts, "events_per_second", ""), **_costs(foldings, "events_per_second_folded", "_with_fold")
        }  # fmt: skip
        say("experience costs {costs_percent:.1f} % of events/s flat out ({cpu_percent:.1f} % more CPU), "
            "{costs_percent_with_fold:.1f} % with the fold running ({cpu_percent_with_fold:.1f} %)"
            .format(**result["experience"]))  # fmt: skip
    if options.live_s:
        result["live"] = trials.live(options.live_s)
        within = result["live"]["durable_p99_s"]
        say(f"live: {result['live']['cores']:.3f} cores, p99 {'later than all limits' if within is None else within} s")
    return result


def _costs(runs: dict[bool, dict[str, Any]], name: str, tail: str) -> dict[str, float]:
    """Of experience: in percent of what goes through a second without it, and of the CPU of all processes."""
    without = runs[False][name]
    cpu_us = {
        counted: sum(us for part, us in run["cpu_us_per_event"].items() if part != "replay")
        for counted, run in runs.items()
    }
    return {
        f"without{tail}": without,
        f"costs_percent{tail}": 100 * (1 - runs[True][name] / without),
        f"cpu_percent{tail}": 100 * (cpu_us[True] / cpu_us[False] - 1),
    }
