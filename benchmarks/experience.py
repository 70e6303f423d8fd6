"""What experience costs, with everything else and the machine's own pace the same: by turns, batch by batch.

Two whole pipelines in this process, of which one counts what experience is made of, take the same events, a few batches
each by turns. Counted is processor time: of this thread, and of the sessions of PostgreSQL that work for it. Where the
processors are what limits, as on a machine that has the database too, a percent of it is a percent of events a second.

    with_us, without_us       microseconds an event: to read, to write, to fold; what PostgreSQL takes stands apart
    costs_percent             how much more an event takes with it, all rounds together
    costs_percent_quartiles   of single rounds: the lower quartile, the median and the upper one
    boards_ms                 milliseconds of a refresh of all boards, with and without: by the clock, not by the event
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from itertools import islice
from typing import Any

import psycopg

from benchmarks.inline import BATCH_EVENTS, Inline
from benchmarks.machine import machine
from benchmarks.options import ExperienceOptions
from benchmarks.simulator import Simulation
from benchmarks.trial import Server

_WARM_SHARE = 5
"""Of all rounds the first fifth is not counted: tables and trees are small in it."""
_BOARDS = "boards"
_BOARDS_EVERY = 5
"""Rounds: boards take a second, and their cost goes by the clock."""

Seconds = dict[str, float]
"""Of processor time by part, with `_database` behind those of PostgreSQL's sessions."""


def experience(options: ExperienceOptions, server: Server, say: Callable[[str], None]) -> dict[str, Any]:
    """Run all rounds; the result as JSON-ready values."""
    rounds, warm = options.rounds, options.rounds // _WARM_SHARE
    say(f"{rounds} rounds of {options.batches * BATCH_EVENTS:,} simulated events, with and without")
    lines = (frame for _, frame in Simulation(options.seed, accounts_count=options.accounts).events())
    with ExitStack() as opened:
        pipelines = {
            counted: _Metered(opened.enter_context(Inline(opened.enter_context(server()), experience=counted)))
            for counted in (True, False)
        }
        found = [_round(pipelines, list(islice(lines, options.batches * BATCH_EVENTS)), n) for n in range(rounds)]
    kept = found[warm:]
    totals = {counted: _sum([each[counted] for each in kept]) for counted in (True, False)}
    events = len(kept) * options.batches * BATCH_EVENTS
    refreshes = sum(_boards_s(each[True]) > 0 for each in kept)
    return {
        "events": events,
        "with_us": _by_event(totals[True], events),
        "without_us": _by_event(totals[False], events),
        "costs_percent": round(_percent(totals), 2),
        "costs_percent_quartiles": [round(each, 2) for each in statistics.quantiles(map(_percent, kept), n=4)],
        "boards_ms": [round(_boards_s(totals[counted]) / refreshes * 1e3, 1) for counted in (True, False)],
        "source": "simulated",
        "machine": machine(),
    }


def _sum(rounds: Sequence[Seconds]) -> Seconds:
    parts = dict.fromkeys(part for each in rounds for part in each)
    return {part: sum(each.get(part, 0.0) for each in rounds) for part in parts}


def _by_event(seconds: Seconds, events: int) -> dict[str, float]:
    return {part: round(s / events * 1e6, 2) for part, s in seconds.items() if not part.startswith(_BOARDS)}


def _boards_s(seconds: Seconds) -> float:
    return sum(s for part, s in seconds.items() if part.startswith(_BOARDS))


def _percent(seconds: dict[bool, Seconds]) -> float:
    with_it, without = (sum(seconds[counted].values()) - _boards_s(seconds[counted]) for counted in (True, False))
    return 100 * (with_it / without - 1)


def _round(pipelines: dict[bool, _Metered], frames: Sequence[bytes], number: int) -> dict[bool, Seconds]:
    """The same frames through both; who comes second finds other caches, so they change places."""
    order = (True, False) if number % 2 else (False, True)
    return {counted: pipelines[counted].take(frames, boards=not number % _BOARDS_EVERY) for counted in order}


class _Metered:
    """A pipeline, and what it takes."""

    def __init__(self, line: Inline) -> None:
        self._line = line

    def take(self, frames: Sequence[bytes], *, boards: bool) -> Seconds:
        """What the way of these frames takes, as far as the rollups or to the boards."""
        seconds: Seconds = {}
        batches = self._timed("read", seconds, lambda: self._line.read(frames))
        self._timed("write", seconds, lambda: self._write(batches))
        self._timed("fold", seconds, self._line.fold)
        if boards:
            self._timed(_BOARDS, seconds, self._line.refresh)
        return seconds

    def _write(self, batches: Sequence[bytes]) -> None:
        for batch in batches:
            self._line.write(batch)

    def _timed(self, part: str, seconds: Seconds, do: Callable[[], Any]) -> Any:
        begun, database_begun = time.thread_time(), self._database_s()
        done = do()
        seconds[part] = time.thread_time() - begun
        seconds[f"{part}_database"] = self._database_s() - database_begun
        return done

    def _database_s(self) -> float:
        return sum(map(_session_s, (self._line.collector, self._line.roller)))


def _session_s(session: psycopg.Connection) -> float:
    """Processor seconds of the server's process for a session: /proc/PID/schedstat, whose first number is ns."""
    with open(f"/proc/{session.info.backend_pid}/schedstat") as file:
        return int(file.read().split()[0]) / 1e9
