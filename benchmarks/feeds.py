"""The benchmark of custom feeds: pages of a feed of millions of posts, and what fifty feeds cost the pipeline.

    posts               generated, in one feed
    warm_p50_ms, ...    a page of it from the cache, over a connection that is kept: half, 99 of 100, the worst of all
    cold_p50_ms, ...    a page anywhere in it that has to be made
    plan                how the database finds that page
    plan_of_a_tenth     the same with a tenth of the posts: it is to be the same plan, and as few rows and blocks
    feeds               how many the pipeline matched
    with_feeds          events a second, flat out, nothing folded meanwhile; the median of all tries
    without_feeds       the same without any feed, in turns with it
    costs_percent       what matching and writing what was taken cost of that
    entries             posts that feeds took in the last try, each feed's for itself
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.feed import SIMULATED, feed_of
from benchmarks.fifty import fifty
from benchmarks.machine import machine
from benchmarks.options import FeedsOptions
from benchmarks.pipeline import NEVER_S
from benchmarks.skeletons import asked, fill, plan
from benchmarks.trial import Server, Trials
from benchmarks.tries import result_of
from sql.session import connect


def feeds(options: FeedsOptions, server: Server, say: Callable[[str], None]) -> dict[str, Any]:
    """Run it all; JSON-ready values. Raises WrongRun when a run did not count right or a page was none."""
    found = {**_pages(options, server, say), **_matching(options, server, say)}
    return {**found, "source": SIMULATED, "machine": machine()}


def _pages(options: FeedsOptions, server: Server, say: Callable[[str], None]) -> dict[str, Any]:
    found: dict[str, Any] = {"posts": options.posts}
    for name, posts in (("plan_of_a_tenth", max(1000, options.posts // 10)), ("plan", options.posts)):
        with server() as conninfo:
            with connect(conninfo, None, "bench") as connection:
                fill(connection, posts, say)
                plan(connection)  # once more below, with what it reads in memory
                found[name] = plan(connection)
            if name == "plan":
                found |= asked(conninfo, options.requests, options.seed)
    say(f"warm {found['warm_p50_ms']} ms, cold {found['cold_p50_ms']} ms, 99 of 100 in {found['cold_p99_ms']} ms")
    return found


def _matching(options: FeedsOptions, server: Server, say: Callable[[str], None]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="skytally-bench-") as folder:
        file = Path(folder) / "feeds.toml"
        file.write_text(fifty(options.seed), encoding="utf-8")
        feed = feed_of("jetstream", "", Path(folder), min(options.events, 1_000_000), options.seed)
        trials = Trials(server, feed, True, options.workers)
        tries = []
        for _ in range(options.runs):
            without = trials.flat_out(options.events, NEVER_S)
            matched = trials.flat_out(options.events, NEVER_S, feeds=str(file))
            rates = {"with_feeds": matched["events_per_second"], "without_feeds": without["events_per_second"]}
            tries.append({
                **rates, "costs_percent": 100 * (1 - rates["with_feeds"] / rates["without_feeds"]),
                "worker_us_per_event": matched["cpu_us_per_event"]["worker"] - without["cpu_us_per_event"]["worker"],
                "postgres_us_per_event":
                    matched["cpu_us_per_event"]["postgres"] - without["cpu_us_per_event"]["postgres"],
                "entries": matched["feed_entries"],
            })  # fmt: skip
            say(f"matching costs {tries[-1]['costs_percent']:.1f} %")
    return {"feeds": file_count(options.seed), **result_of(tries)}


def file_count(seed: int) -> int:
    """How many feeds there are in the file."""
    return fifty(seed).count("[[feeds]]")
