"""The benchmark of recovery: seconds from a kill -9 of each process until events are durable again, and until it has
caught up with the stream, at a live rate.

    killed        by who was killed (reader, worker, roller; postgres: the session of a worker, for which the database
                  restarts as a whole), the median of the tries: `counting_s` until the next group has made its first
                  events durable; `caught_up_s` until the youngest durable event is no older than it was before the kill
    events        that stood in the log at the end, in the lanes' books and in the rollups alike, or it is no result

That nothing is lost or counted twice the fault harness shows (`./run test --faults`); here only sums are compared.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from benchmarks.balance import WrongRun, balance
from benchmarks.child import replay
from benchmarks.feed import Feed, feed_at
from benchmarks.interrupt import heeded
from benchmarks.machine import machine
from benchmarks.options import RecoveryOptions
from benchmarks.trial import NETWORK, Server
from benchmarks.tries import result_of
from collector.group import Group
from collector.settings import CollectorSettings
from collector.supervisor import Orders, Supervisor
from sql.session import connect

_RECORDED_S = 120
_LOOK_S = 0.05
_WAIT_S_MAX = 60.0
_AS_BEFORE_S = 0.1  # by so much the youngest event may be older than before: batches are closed by age
_ENDLESS = str(10**9)
_STATE = """
select
  max(epoch),
  max(batch),
  coalesce(sum(events), 0)::bigint,
  coalesce(extract(epoch from max(stream_time)), 0)::float8
from lane
"""
_SESSION = "select pid from pg_stat_activity where application_name like 'skytally worker 0 %'"


class _State(NamedTuple):
    """What is durable."""

    epoch: int
    batches: int
    """Of this epoch, by the lane that has most."""
    events: int
    stream_s: float


def recovery(options: RecoveryOptions, server: Server, say: Callable[[str], None]) -> dict[str, Any]:
    """Run it; JSON-ready values. Raises WrongRun when it did not come back, or counted wrong."""
    with tempfile.TemporaryDirectory(prefix="skytally-bench-") as folder:
        feed = feed_at(Path(folder), options.rate, _RECORDED_S, say)
        tries = []
        for number in range(options.runs):
            say(f"try {number + 1} of {options.runs}")
            tries.append(_Try(options, say).run(feed, server))
        return {**result_of(tries), "options": dataclasses.asdict(options), "source": feed.source, "machine": machine()}


def again(before: _State) -> Callable[[_State], bool]:
    """Whether the next group has made events durable. What the last one still wrote when one of it was dead already is
    none of them, nor are those that it had written and that come once more."""
    written = before.events

    def reached(now: _State) -> bool:
        nonlocal written
        if now.epoch == before.epoch or not now.batches:
            written = now.events
        return now.epoch > before.epoch and now.events > written

    return reached


class _Try:
    """All kills, one after the other, in one run."""

    def __init__(self, options: RecoveryOptions, say: Callable[[str], None]) -> None:
        self._options, self._say = options, say
        self._killed: dict[str, dict[str, float]] = {}
        self._group: Group | None = None
        self._conninfo = ""
        self._wrong = ""

    def run(self, feed: Feed, server: Server) -> dict[str, Any]:
        with server() as self._conninfo, replay(feed.recording, "--speed", "1", "--loop", _ENDLESS) as (url, _):
            settings = CollectorSettings(source=(url,), network=NETWORK, workers=self._options.workers)  # type: ignore[arg-type]
            supervisor = Supervisor(settings, self._conninfo, Orders(look=self._see))
            killing = threading.Thread(target=self._kill_all, args=(supervisor.stop,), daemon=True)
            killing.start()
            with heeded(supervisor):
                supervisor.run()
            killing.join()
            found = balance(self._conninfo)
        # it was started anew after each kill; all else must add up
        if wrong := self._wrong or found._replace(epochs=1).difference():
            raise WrongRun(f"this run came back wrong, so its figures are worth nothing: {wrong}")
        return {"killed": self._killed, "events": found.rows}

    def _see(self, group: Group) -> None:
        self._group = group

    def _kill_all(self, stop: Callable[[], None]) -> None:
        try:
            for who in self._options.killed.split(","):
                self._killed[who] = self._kill(who)
                self._say(f"{who}: {self._killed[who]}")
        except (WrongRun, OSError, psycopg.Error) as error:
            self._wrong = str(error)
        finally:
            stop()

    def _kill(self, who: str) -> dict[str, float]:
        before, age_s = self._settled()
        os.kill(self._pid(who), signal.SIGKILL)
        begun = time.monotonic()
        counting_s = self._until(begun, again(before))
        caught_up_s = self._until(begun, lambda now: time.time() - now.stream_s <= age_s + _AS_BEFORE_S)
        return {"counting_s": counting_s, "caught_up_s": caught_up_s}

    def _settled(self) -> tuple[_State, float]:
        """What is durable after some time at the live rate; and how old the youngest event of it is at most, in the
        clock of the recording, while all is well."""
        latest: _State | None = None
        end_at, ages = time.monotonic() + self._options.settle_s, list[float]()
        while time.monotonic() < end_at or latest is None:
            if (state := self._state()) is not None and state.events:
                ages.append(time.time() - state.stream_s)
                latest = state
            time.sleep(_LOOK_S)
            if time.monotonic() > end_at + _WAIT_S_MAX:
                raise WrongRun("nothing comes")
        late = ages[len(ages) // 2 :]
        return latest, statistics.quantiles(late, n=20)[-1] if len(late) > 1 else late[0]

    def _until(self, begun: float, reached: Callable[[_State], bool]) -> float:
        """Seconds since `begun` until what is durable has reached that."""
        while time.monotonic() - begun < _WAIT_S_MAX:
            state = self._state()
            if state is not None and reached(state):
                return round(time.monotonic() - begun, 3)
            time.sleep(_LOOK_S)
        raise WrongRun(f"it did not come back within {_WAIT_S_MAX:.0f} s")

    def _state(self) -> _State | None:
        """None while the database is away."""
        with contextlib.suppress(psycopg.OperationalError), connect(self._conninfo, None, "bench") as connection:
            row = connection.execute(_STATE).fetchone()
            return _State(*row) if row is not None and row[0] is not None else None
        return None

    def _pid(self, who: str) -> int:
        """Whom to kill."""
        if who == "postgres":
            with connect(self._conninfo, None, "bench") as connection:
                row = connection.execute(_SESSION).fetchone()
            if row is None:
                raise WrongRun("no worker has a session that could be killed")
            return int(row[0])
        assert self._group is not None
        process = {"reader": self._group.reader, "worker": self._group.workers[0], "roller": self._group.roller}[who]
        assert process.pid is not None
        return process.pid
