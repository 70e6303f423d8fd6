"""A peer's run: its program as a process of its own, and proof that it took all. It does not know what is compared.

CPU is that of the program, as it says, and of PostgreSQL below its postmaster; the replay server's is nobody's.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson

from benchmarks.balance import WrongRun
from benchmarks.meter import Meter, parent
from sql.session import connect

_ROOT = Path(__file__).parents[2]
_STUCK_S, _SLOWEST_PER_S = 120, 500
"""It is given up after so long, and as long again as so many events a second take."""


def timed(program: str, *words: object, events: int) -> dict[str, Any]:
    """What a program took for its events. Raises WrongRun when it did not take all, or did not end."""
    with subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.peers.programs.{program}", *map(str, words)], cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": str(_ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            out, complaints = process.communicate(timeout=_STUCK_S + events / _SLOWEST_PER_S)
        except subprocess.TimeoutExpired as late:
            raise WrongRun(f"{program} never had all of its {events:,} events") from late
        finally:
            _end(process)
    if process.returncode or not out:
        last = complaints.decode(errors="replace").strip().splitlines()[-1:]
        raise WrongRun(f"{program} did not work: {''.join(last) or 'it said nothing'}")
    said = orjson.loads(out)
    if said["events"] != events:
        raise WrongRun(f"{program} took {said['events']:,} of {events:,} events, so it has no figure")
    return {
        "events": events, "seconds": said["seconds"], "events_per_second": events / said["seconds"],
        "cpu_us_per_event": said["cpu_s"] / events * 1e6,
    }  # fmt: skip


def timed_storing(conninfo: str, table: str, program: str, *words: object, events: int) -> dict[str, Any]:
    """The same of a program that stores its events in a table, which must hold each."""
    with connect(conninfo, None, "bench") as connection:
        meter, postmaster = Meter(), parent(connection.info.backend_pid)
        meter.look_below("postgres", postmaster)
        meter.begin()
        result = timed(program, *words, events=events)
        meter.look_below("postgres", postmaster)
        (rows,) = connection.execute(f"select count(*) from {table}".encode()).fetchone() or (0,)  # noqa: S608
    if rows != events:
        raise WrongRun(f"{program} stored {rows:,} of {events:,} events, so it has no figure")
    return {**result, "postgres_us_per_event": meter.cpu_s("postgres") / events * 1e6}


def _end(process: subprocess.Popen[bytes]) -> None:
    """With all that it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
