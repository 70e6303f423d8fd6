"""The soak: collector and site side by side for long, at several times the live rate, and whether anything grows.

    events_per_second, cores   that the collector counted and took, after things have settled
    durable_p99_s              the one of 0.1, 0.25, 0.5, 1, 2, 5 s after the socket within which 99 % were durable
    shown_lag_s_max            for how long anything read had to wait for the rollups, at most
    requests, errors, p99_ms   of the site, at a steady pace over its hot addresses
    collector, site            memory (MiB, shared pages by their share) and open files at the beginning and at the end,
                               and the slope of memory in MiB an hour, by least squares; settled things only
    parts                      the same of each process; `lows_mib_per_hour`: of the lowest of every 3 minutes, which is
                               what is held and not what is at work
    by_minute                  memory of both, a value a minute, from which the slope can be seen
"""

from __future__ import annotations

import dataclasses
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.feed import SIMULATED, feed_at
from benchmarks.growth import Growth
from benchmarks.machine import machine
from benchmarks.options import SoakOptions
from benchmarks.readers import Readers
from benchmarks.site import FRESH, site
from benchmarks.trial import Server, Trials
from collector.group import Group

_LOOK_S = 10.0
_RECORDED_S = 300
"""What is played over and over, each time with new times and revs."""
_PATHS = (
    "/", "/api/v1/top/accounts?window=1h", "/api/v1/top/posts?window=1h", "/api/v1/top/hashtags?window=1d",
    "/api/v1/network/totals?window=1d", "/api/v1/status", "/top/posts", "/languages", "/status",
    "/api/v1/top/accounts?window=7d&limit=10",
)  # fmt: skip


def soak(options: SoakOptions, server: Server, say: Callable[[str], None]) -> dict[str, Any]:
    """Run it; the result as JSON-ready values. Raises WrongRun when it did not count right."""
    with tempfile.TemporaryDirectory(prefix="skytally-bench-") as folder:
        feed = feed_at(Path(folder), options.rate, _RECORDED_S, say)
        trials = Trials(server, feed, True, options.workers)
        say(f"{options.played_s} s to catch up with and {options.settle_s} s to settle, then {options.seconds} s")
        return {**_Soak(options).run(trials), "options": dataclasses.asdict(options), "source": SIMULATED,
            "machine": machine()}


class _Soak:
    """One run, while it lasts."""

    def __init__(self, options: SoakOptions) -> None:
        self._options = options
        self._collector, self._site = Growth(), Growth()
        self._parts = defaultdict[str, Growth](Growth)
        self._begun = self._looked_at = 0.0
        self._readers: Readers

    def run(self, trials: Trials) -> dict[str, Any]:
        options = self._options
        live = trials.live(options.seconds, options.settle_s, self._beside, options.played_s)
        took_s, wrong = sorted(self._readers.took_s), self._readers.wrong
        return {
            **live,
            "requests": len(took_s), "errors": len(wrong), "wrong": wrong[:10],
            "p99_ms": round(took_s[int(len(took_s) * 0.99)] * 1000, 1) if took_s else None,
            "collector": self._collector.found(), "site": self._site.found(),
            "parts": {name: growth.found() for name, growth in self._parts.items()},
            "by_minute": [[round(note.mib, 1) for note in growth.notes[:: int(60 / _LOOK_S)]]
                          for growth in (self._collector, self._site)],
        }  # fmt: skip

    @contextmanager
    def _beside(self, conninfo: str) -> Iterator[Callable[[Group], None]]:
        """The site and who reads it; yields what looks at the group now and then."""
        with site(conninfo, FRESH) as running, Readers(running.url, _PATHS, self._options.requests) as self._readers:
            yield lambda group: self._look(group, running.pid)

    def _look(self, group: Group, site_pid: int) -> None:
        """Every few seconds, once things have settled."""
        now = time.monotonic()
        self._begun = self._begun or now
        if now - self._begun < self._options.settle_s or now - self._looked_at < _LOOK_S or any(group.dead()):
            return
        self._looked_at = now
        self._readers.begin()
        self._collector.look(now, [process.pid or 0 for process in group.processes])
        self._site.look(now, [site_pid])
        for process in group.processes:
            self._parts[process.name].look(now, [process.pid or 0])
