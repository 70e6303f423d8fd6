"""The live benchmark: many readers at once on one web process, at a live rate, while the collector counts.

    web_cores            what the web process took of a core, after things have settled
    delay_p50_s, _p99_s  from an event that its batch's transaction wrote down to a reader who has it, over all events
                         and readers; from before the commit, so it says a little too much
    messages             that came to readers meanwhile
    events_per_second, cores, durable_p99_s  of the collector beside it

Every reader's counts must add up to what the batches added between the first message and the last, or it is no run.
"""

from __future__ import annotations

import dataclasses
import itertools
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.balance import WrongRun
from benchmarks.feed import SIMULATED, feed_at
from benchmarks.machine import machine
from benchmarks.meter import Meter
from benchmarks.options import LiveOptions
from benchmarks.site import FRESH, site
from benchmarks.trial import Server, Trials
from benchmarks.watchers import Heard, Watchers
from collector.group import Group
from sql.session import connect
from web.place import Place, place_of

_PATH = "/api/v1/live?by=collection"
_RECORDED_S = 120
_TICKS = """
select
  xid::text::bigint,
  extract(epoch from at)::float8,
  (
    select coalesce(sum(amount), 0)::bigint
    from unnest(kinds, operations, amounts) as each (kind, operation, amount)
    where kind = 'c' and operation = 'c'
  )
from tick
"""


class _Tick(NamedTuple):
    """What a batch added: its transaction, when, how many."""

    xid: int
    at: float
    n: int


def live(options: LiveOptions, server: Server, say: Callable[[str], None]) -> dict[str, Any]:
    """Run it; the result as JSON-ready values. Raises WrongRun when a reader was not told what there was."""
    with tempfile.TemporaryDirectory(prefix="skytally-bench-") as folder:
        feed = feed_at(Path(folder), options.rate, _RECORDED_S, say)
        trials = Trials(server, feed, True, options.workers)
        say(f"{options.readers:,} readers: {options.settle_s} s to settle, then {options.seconds} s")
        return {**_Live(options).run(trials), "options": dataclasses.asdict(options), "source": SIMULATED,
            "machine": machine()}


class _Live:
    """One run, while it lasts."""

    def __init__(self, options: LiveOptions) -> None:
        self._options = options
        self._meter = Meter()
        self._first_look = self._begun = self._looked = 0.0
        self._begun_at = 0.0
        self._heard: list[list[Heard]] = []
        self._ticks: list[_Tick] = []

    def run(self, trials: Trials) -> dict[str, Any]:
        of_collector = trials.live(self._options.seconds, self._options.settle_s, self._beside)
        if wrong := sum(not _adds_up(heard, self._ticks) for heard in self._heard):
            raise WrongRun(f"{wrong} of {len(self._heard)} readers were not told what there was")
        delays, weights = _delays(self._heard, self._ticks, self._begun_at)
        if not len(delays):
            raise WrongRun("nothing came to any reader")
        return {
            "readers": len(self._heard),
            "web_cores": round(self._meter.cpu_s("web") / (self._looked - self._begun), 3),
            "delay_p50_s": _percentile(delays, weights, 0.5), "delay_p99_s": _percentile(delays, weights, 0.99),
            "messages": sum(each.at >= self._begun_at for heard in self._heard for each in heard), **of_collector,
        }  # fmt: skip

    @contextmanager
    def _beside(self, conninfo: str) -> Iterator[Callable[[Group], None]]:
        """The site and who watches; yields what looks at it now and then."""
        with site(conninfo, FRESH) as running, Watchers(running.url, _PATH, self._options.readers) as watchers:
            yield lambda _: self._look(running.pid)
            time.sleep(2.0)  # what was counted last is told too
            self._heard = watchers.heard()
            with connect(conninfo, None, "bench") as connection:
                self._ticks = [_Tick(*row) for row in connection.execute(_TICKS).fetchall()]

    def _look(self, pid: int) -> None:
        now = time.monotonic()
        self._first_look = self._first_look or now
        self._meter.look("web", [pid])
        if now - self._first_look < self._options.settle_s:
            return
        if not self._begun:
            self._begun, self._begun_at = now, time.time()
            self._meter.begin()
        self._looked = now


def _adds_up(heard: Sequence[Heard], ticks: Sequence[_Tick]) -> bool:
    """Whether a reader was told all that was added between two messages, and each once."""
    if not heard:
        return False
    first, last = _place(heard[0].id), _place(heard[-1].id)
    added = sum(tick.n for tick in ticks if _visible(tick, last) and not _visible(tick, first))
    return added == sum(each.n for each in heard[1:])


def _delays(
    heard: Sequence[Sequence[Heard]], ticks: Sequence[_Tick], begun_at: float
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.float64]]]:
    """Seconds from a batch to a reader, and how many events that was; of batches since the beginning."""
    found, places = [], {id_: _place(id_) for id_ in {each.id for reader in heard for each in reader}}
    lately = [tick for tick in ticks if tick.at >= begun_at]
    of_pair: dict[tuple[str, str], list[_Tick]] = {}
    for reader in heard:
        for before, after in itertools.pairwise(reader):
            pair = before.id, after.id
            if pair not in of_pair:
                old, new = places[before.id], places[after.id]
                of_pair[pair] = [tick for tick in lately if _visible(tick, new) and not _visible(tick, old)]
            found += [(after.at - tick.at, tick.n) for tick in of_pair[pair]]
    pairs = np.array(found, np.float64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _percentile(values: Any, weights: Any, share: float) -> float:
    order = np.argsort(values)
    reached = np.searchsorted(np.cumsum(weights[order]), share * weights.sum())
    return round(float(values[order][min(int(reached), len(values) - 1)]), 3)


def _place(id_: str) -> Place:
    place = place_of(id_)
    assert place is not None
    return place


def _visible(tick: _Tick, place: Place) -> bool:
    return tick.xid < place.end and tick.xid not in place.in_progress
