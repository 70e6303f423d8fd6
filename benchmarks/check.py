"""The regression gate: what an event costs in things that can be counted, against what was accepted before.

A simulated recording goes through reader, worker and roller in this process, and what they do is counted by stage: so
it is nearly the same on every machine. Only the last figures are times, in times of what `orjson.loads` takes for the
same frames right beside it. The figures, all an event unless they say otherwise:

    steps.STAGE, calls.STAGE      bytecodes, and calls into C
    statements.STAGE              sent to the database: by a batch, a fold, a refresh of the boards
    copied_bytes.TABLE            of COPY
    wal_bytes.worker, .fold       that the session has made the database write to its log, without images of pages
    blocks.worker, .fold          pages it had the database touch; .refresh: for the boards once, in all
    peak_bytes.reader, .worker    of memory above what was there before, at the peak of a batch
    times.reader, times.worker    processor time of Python over that of orjson.loads, the median of several batches
"""

from __future__ import annotations

import gc
import platform
import statistics
import time
import tracemalloc
from collections.abc import Callable
from itertools import islice
from typing import Any, NamedTuple

import orjson
import psycopg

from benchmarks.counting import REST, Counting
from benchmarks.inline import BATCH_EVENTS, Inline
from benchmarks.limits import accept, accepted, compare
from benchmarks.options import CheckOptions
from benchmarks.simulator import Simulation
from benchmarks.trial import Server

WARM, COUNTED, WEIGHED, TIMED = 6, 2, 2, 9
"""Batches of each. The first ones only warm up: new tables and indexes cost more until they have grown a little."""
_SEED = 1
_ACCOUNTS = 100_000
_WORK = """
select
  (select wal_bytes::float8 from pg_stat_get_backend_wal(pg_backend_pid())),
  (select sum(coalesce(hits, 0) + coalesce(reads, 0))::float8 from pg_stat_get_backend_io(pg_backend_pid()))
"""


class _Work(NamedTuple):
    """What a session has had the database do since it began."""

    wal_bytes: float
    blocks: float


class _Measured(NamedTuple):
    """One measure of one batch."""

    parser: float
    reader: float
    worker: float


def check(options: CheckOptions, server: Server, say: Callable[[str], None]) -> dict[str, Any]:
    """Count and compare; `compared` are all figures, `worse` the names of those that are worse than allowed. With
    `accept` there are none, for what was found is the new baseline. Raises WrongRun."""
    accepted(python())  # first: where it can not be read nothing need be counted
    say(f"counting {BATCH_EVENTS * (WARM + COUNTED + WEIGHED + TIMED):,} simulated events")
    with server() as conninfo, Inline(conninfo) as line:
        figures = Figures(line).all()
    if options.accept:
        accept(python(), figures)
    compared = compare(figures, accepted(python()) or {})
    return {"python": python(), "compared": compared, "worse": [each.name for each in compared if each.wrong]}


def python() -> str:
    """The version whose bytecodes are counted, 3.11."""
    return ".".join(platform.python_version_tuple()[:2])


class Figures:
    """Finds the figures of one pipeline."""

    def __init__(self, line: Inline, batch_events: int = BATCH_EVENTS) -> None:
        self._line, self._batch_events = line, batch_events
        self._lines = (frame for _, frame in Simulation(_SEED, accounts_count=_ACCOUNTS).events())
        self._through(self._frames(WARM))

    def all(self) -> dict[str, float]:
        """Every figure by its name."""
        return {**self.counted(), **self.weighed(), **self.timed()}

    def counted(self) -> dict[str, float]:
        """What is counted: the same each time."""
        self._line.fold()
        self._line.refresh()
        return {**self.written(), **self.rolled_up()}

    def written(self) -> dict[str, float]:
        """Of reader and worker."""
        counting, events = Counting(), COUNTED * self._batch_events
        work = self._worked(self._line.collector, counting, lambda: self._through(self._frames(COUNTED)))
        return {
            **{f"steps.{stage}": round(n / events, 3) for stage, n in counting.steps.items() if stage != REST},
            **{f"calls.{stage}": round(n / events, 3) for stage, n in counting.calls.items() if stage != REST},
            **{f"statements.{stage}": n / COUNTED for stage, n in counting.statements.items() if stage != REST},
            **{f"copied_bytes.{table}": round(n / events, 3) for table, n in counting.copied_bytes.items()},
            "wal_bytes.worker": round(work.wal_bytes / events, 1),
            "blocks.worker": round(work.blocks / events, 3),
        }

    def rolled_up(self) -> dict[str, float]:
        """Of the fold of what has been written since the last one, and of the boards after it."""
        counting, events = Counting(opcodes=False), COUNTED * self._batch_events
        fold = self._worked(self._line.roller, counting, self._line.fold)
        refresh = self._worked(self._line.roller, counting, self._line.refresh)
        return {
            "statements.fold": counting.statements["fold"],
            "statements.refresh": counting.statements["refresh"],
            "wal_bytes.fold": round(fold.wal_bytes / events, 1),
            "blocks.fold": round(fold.blocks / events, 3),
            "blocks.refresh": refresh.blocks,
        }

    def weighed(self) -> dict[str, float]:
        """Memory at its peak."""
        tracemalloc.start()
        try:
            found = [self._measured(_peak_bytes) for _ in range(WEIGHED)]
        finally:
            tracemalloc.stop()
        return {
            "peak_bytes.reader": round(max(each.reader for each in found) / self._batch_events, 1),
            "peak_bytes.worker": round(max(each.worker for each in found) / self._batch_events, 1),
        }

    def timed(self) -> dict[str, float]:
        """Times over that of the same frames parsed, which is of the same kind and changes with the machine alike."""
        found = [self._measured(_seconds) for _ in range(TIMED)]
        return {
            "times.reader": round(statistics.median(each.reader / each.parser for each in found), 3),
            "times.worker": round(statistics.median(each.worker / each.parser for each in found), 3),
        }

    def _measured(self, measure: Callable[[Callable[[], object]], float]) -> _Measured:
        """What a measure says of the parsing of a batch's frames, and of reader's and worker's work on it."""
        frames, batches = self._frames(1), list[bytes]()
        return _Measured(
            measure(lambda: [orjson.loads(frame) for frame in frames]),
            measure(lambda: batches.extend(self._line.read(frames))),
            measure(lambda: self._line.write(batches[0])),
        )

    def _frames(self, batches: int) -> list[bytes]:
        return list(islice(self._lines, batches * self._batch_events))

    def _through(self, frames: list[bytes]) -> None:
        for batch in self._line.read(frames):
            self._line.write(batch)

    def _worked(self, session: psycopg.Connection, counting: Counting, do: Callable[[], None]) -> _Work:
        before = _work(session)
        with counting:
            do()
        return _Work(*(now - then for now, then in zip(_work(session), before, strict=True)))


def _work(session: psycopg.Connection) -> _Work:
    session.execute("select pg_stat_force_next_flush()")  # else it says what it did only now and then
    row = session.execute(_WORK).fetchone()
    assert row is not None
    return _Work(*row)


def _peak_bytes(do: Callable[[], object]) -> float:
    gc.collect()
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    do()
    return tracemalloc.get_traced_memory()[1] - before


def _seconds(do: Callable[[], object]) -> float:
    """Of processor time of this thread: who else is at work on the machine matters less."""
    begun = time.thread_time()
    do()
    return time.thread_time() - begun
