"""The pipeline benchmark: how many events a second go from a socket to durable rows, and what each process costs.

Three measurements on the real thing, a fresh database each: flat out with nothing folded meanwhile, flat out with the
fold running, and at a live rate. The collector, PostgreSQL and the replay server share the machine. It runs the
collector unmodified and decides nothing about it.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import psycopg

from benchmarks.machine import machine
from benchmarks.meter import Meter, descendants
from collector.group import Group
from collector.settings import CollectorSettings
from collector.supervisor import Orders, Supervisor
from collector.vitals import DURABLE_WITHIN_S

NEVER_S = 600.0
SETTLED_S = 5.0  # a live rate is measured from here on: starting costs once
NETWORK = "bench"
COLLECTOR = ("reader", "worker", "roller", "supervisor")
PARTS = (*COLLECTOR, "postgres", "replay")


@dataclass(frozen=True, slots=True)
class PipelineOptions:
    """What `skytally bench pipeline` can be told."""

    events: int = field(default=2_000_000, metadata={"help": "events flat out; a recording of a million is looped"})
    workers: int = field(default=2, metadata={"help": "worker processes"})
    runs: int = field(default=3, metadata={"help": "tries of the whole; the median is shown, all are kept"})
    live_s: int = field(default=30, metadata={"help": "seconds at a live rate of 500 events a second; 0: not"})
    recording: str = field(default="", metadata={"help": "recording to use instead of a simulated one"})
    seed: int = field(default=1, metadata={"help": "of the simulated recording"})


Server = Callable[[], contextlib.AbstractContextManager[str]]
"""Opens a fresh, migrated database of network `bench` and yields its conninfo."""


def pipeline(options: PipelineOptions, server: Server, say: Callable[[str], None]) -> dict[str, Any]:
    """Run it all; the result as JSON-ready values, with medians at the top and every try under `tries`."""
    with tempfile.TemporaryDirectory(prefix="skytally-bench-") as folder:
        recording = Path(options.recording) if options.recording else Path(folder) / "recording.jsonl.zst"
        if not options.recording:
            say("simulating a million events")
            # in a process of its own: this one is measured as the supervisor
            _run("simulate", "--events", str(min(options.events, 1_000_000)), "--seed", str(options.seed),
                 "--out", str(recording))  # fmt: skip
        tries = []
        for number in range(options.runs):
            say(f"try {number + 1} of {options.runs}")
            tries.append(_try(options, recording, server, say))
        result: dict[str, Any] = {name: _median([t[name] for t in tries]) for name in tries[0]}
        return {**result, "workers": options.workers, "machine": machine(), "tries": tries}


def _median(values: list[Any]) -> Any:
    if isinstance(values[0], dict):
        return {name: _median([value[name] for value in values]) for name in values[0]}
    return round(statistics.median(values), 3)


def _try(options: PipelineOptions, recording: Path, server: Server, say: Callable[[str], None]) -> dict[str, Any]:
    burst = _flat_out(options, recording, server, NEVER_S)
    say(f"flat out: {burst['events_per_second']:,.0f} events/s")
    folding = _flat_out(options, recording, server, 2.0)
    sustained = folding["events"] / folding["seconds_to_folded"]
    say(f"with the fold running: {sustained:,.0f} events/s, the fold {folding['fold_lag_s']:.1f} s behind at the end")
    result = {
        **{name: value for name, value in burst.items() if name not in ("seconds_to_folded", "fold_lag_s")},
        "sustained_with_fold": sustained,
        "fold_lag_s": folding["fold_lag_s"],
    }
    if options.live_s:
        result["live"] = _live(options, recording, server)
        say(f"live: {result['live']['cores']:.3f} cores, p99 {result['live']['durable_p99_s']} s")
    return result


def _flat_out(options: PipelineOptions, recording: Path, server: Server, fold_interval_s: float) -> dict[str, Any]:
    with server() as conninfo, _replay(recording, "--loop", str(options.events)) as (url, replay):
        seen = _collect(options, conninfo, url, replay, fold_interval_s=fold_interval_s)
        events = seen.events
        first = seen.first_at
        return {
            "events": events,
            "seconds": seen.committed_at - first,
            "events_per_second": events / (seen.committed_at - first),
            "seconds_to_folded": max(seen.folded_at, seen.committed_at) - first,
            "fold_lag_s": max(0.0, seen.folded_at - seen.committed_at),
            "rss_mib_peak": seen.meter.rss_peak_bytes / (1 << 20),
            "cpu_us_per_event": {part: seen.meter.cpu_s(part) / events * 1e6 for part in PARTS},
            "bytes_per_event": _log_bytes(conninfo) / events,
        }


def _live(options: PipelineOptions, recording: Path, server: Server) -> dict[str, Any]:
    with server() as conninfo, _replay(recording, "--speed", "1") as (url, replay):
        seen = _collect(options, conninfo, url, replay, stop_after_s=options.live_s)
        seconds = seen.committed_at - seen.first_at
        total = sum(seen.durable.values())
        reached, p99 = 0.0, float("inf")
        for limit in DURABLE_WITHIN_S:
            reached += seen.durable[limit]
            if reached >= 0.99 * total:
                p99 = limit
                break
        collector = sum(seen.meter.cpu_s(part) for part in COLLECTOR)
        return {
            "events_per_second": seen.events / seconds,
            "cores": collector / (seen.looked_at - seen.settled_at),
            "durable_p99_s": p99,
        }


class _Seen:
    """What is read off a group while it runs and when it has ended."""

    def __init__(self, postmaster: int, replay: int, stop_after_s: float | None) -> None:
        self.meter = Meter()
        self._postmaster, self._replay, self._stop_after_s = postmaster, replay, stop_after_s
        self._settled_s = SETTLED_S if stop_after_s else 0.0
        self.settled_at = 0.0
        self._look_at_others()
        self.meter.begin()
        self.supervisor: Supervisor | None = None
        self.events = 0
        self.first_at = self.committed_at = self.folded_at = 0.0
        self.durable: dict[float, float] = {}
        self.looked_at = 0.0

    def look(self, group: Group) -> None:
        meter = self.meter
        resident = meter.look("reader", [group.reader.pid or 0])
        resident += meter.look("worker", [process.pid or 0 for process in group.workers])
        resident += meter.look("roller", [group.roller.pid or 0]) + self._look_at_others()
        meter.rss_peak_bytes = max(meter.rss_peak_bytes, resident)
        first_at = group.reader_vitals.get("first_at")
        if not first_at or time.monotonic() - first_at < self._settled_s:
            meter.begin()
            self.settled_at = time.monotonic()
        self.events = int(sum(vitals.get("events") for vitals in group.worker_vitals))
        self.first_at = group.reader_vitals.get("first_at")
        self.committed_at = max(vitals.get("committed_at") for vitals in group.worker_vitals)
        self.folded_at = group.roller_vitals.get("folded_at")
        self.durable = {
            s: sum(vitals.get(f"durable_within_{s}_s") for vitals in group.worker_vitals) for s in DURABLE_WITHIN_S
        }
        self.looked_at = time.monotonic()
        running_s = time.monotonic() - self.first_at if self.first_at else 0.0
        if self._stop_after_s is not None and running_s > self._stop_after_s and self.supervisor is not None:
            self.supervisor.stop()


    def _look_at_others(self) -> int:
        """Note what is not in the group; return the supervisor's resident bytes, which is this process."""
        self.meter.look("postgres", [self._postmaster, *descendants(self._postmaster)])
        self.meter.look("replay", [self._replay])
        return self.meter.look("supervisor", [os.getpid()])


def _collect(
    options: PipelineOptions, conninfo: str, url: str, replay: int, *, fold_interval_s: float = 2.0,
    stop_after_s: float | None = None,
) -> _Seen:  # fmt: skip
    settings = CollectorSettings(
        source=(url,), network=NETWORK, workers=options.workers,  # type: ignore[arg-type]
        fold_interval_s=fold_interval_s, stop_deadline_s=120.0,
    )  # fmt: skip
    seen = _Seen(_postmaster(conninfo), replay, stop_after_s)
    idle_s = None if stop_after_s else 1.0
    orders = Orders(until_idle_s=idle_s, look=seen.look, say=lambda line: print(line, file=sys.stderr))
    seen.supervisor = Supervisor(settings, conninfo, orders)
    if not seen.supervisor.run():
        raise RuntimeError("the collector did not end in order")
    return seen


def _postmaster(conninfo: str) -> int:
    with psycopg.connect(conninfo, user="skytally", autocommit=True) as connection:
        row = connection.execute("select pg_backend_pid()").fetchone()
        assert row is not None
        stat = Path(f"/proc/{row[0]}/stat").read_text().rsplit(")", 1)[1].split()
        return int(stat[1])


def _log_bytes(conninfo: str) -> float:
    """The event log with its indexes, bytes."""
    with psycopg.connect(conninfo, user="skytally", autocommit=True) as connection:
        row = connection.execute(
            "select sum(pg_total_relation_size(inhrelid)) from pg_inherits where inhparent = 'skytally.event'::regclass"
        ).fetchone()
        return float(row[0]) if row and row[0] else 0.0


def _command(*words: str) -> dict[str, Any]:
    """How to start a verb of ours in a process of its own."""
    root = Path(__file__).parents[1]
    return {"args": [sys.executable, "-m", "ops", *words], "cwd": root, "env": {**os.environ, "PYTHONPATH": str(root)}}


def _run(*words: str) -> None:
    subprocess.run(**_command(*words), check=True, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def _replay(recording: Path, *flags: str) -> Iterator[tuple[str, int]]:
    """A replay server in a process of its own; yields its URL and its pid."""
    process = subprocess.Popen(
        **_command("replay", str(recording), "--port", "0", *flags), stdout=subprocess.PIPE
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield orjson.loads(process.stdout.readline())["listening"], process.pid
    finally:
        process.terminate()
        process.communicate()
