"""A trial: the real collector on a fresh database, fed by a replay server and watched, its books checked at the end."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from benchmarks.balance import WrongRun, balance
from benchmarks.child import replay
from benchmarks.feed import Feed
from benchmarks.interrupt import heeded
from benchmarks.meter import parent
from benchmarks.sizes import bytes_by_table, gb_a_month
from benchmarks.watch import SESSIONS, Watch
from collector.group import Group
from collector.settings import CollectorSettings
from collector.supervisor import Orders, Supervisor
from sql.session import connect

NETWORK = "bench"
_SUPERVISOR = logging.getLogger("collector.supervisor")
COLLECTOR = ("reader", "worker", "roller", "supervisor")
PARTS = (*COLLECTOR, "postgres", "replay")
SETTLED_S = 5.0  # a live rate is measured from here on: starting costs once
_DAYS_KEPT = 36_500  # a looped recording may last for months of its own time
_STOP_S_MAX = 600.0  # a fold at the end of millions of events takes minutes
_ENDLESS = 10**9  # events
_LOG_BYTES = """
select coalesce(sum(pg_total_relation_size(inhrelid)), 0)::bigint
from pg_inherits
where inhparent = 'event'::regclass
"""

Server = Callable[[], AbstractContextManager[str]]
"""Opens a fresh, migrated database of network `bench` and yields its conninfo."""
Look = Callable[[Group], None]
"""Looks at the group, several times a second."""
Beside = Callable[[str], AbstractContextManager[Look]]
"""What runs beside a trial on its database, and what looks at both."""


def _nothing(_: str) -> AbstractContextManager[Look]:
    return nullcontext(lambda _: None)


@dataclass(frozen=True, slots=True)
class Trials:
    """All trials with one recording. Each raises WrongRun when it did not count right."""

    server: Server
    feed: Feed
    simulated: bool
    """Then every line of it is a good event, and new in every round of a loop."""
    workers: int

    def flat_out(
        self, events: int, fold_interval_s: float, *, experience: bool = True, feeds: str = ""
    ) -> dict[str, Any]:
        """So many events as fast as they are taken; with what experience is made of counted, or without; with the
        feeds of a file."""
        with self.server() as conninfo, replay(self.feed.recording, *self.feed.served(events)) as (url, pid):
            seen = self._collect(
                conninfo, url, pid, fold_interval_s=fold_interval_s, experience=experience, feeds=feeds
            )
            with connect(conninfo, None, "bench") as connection:
                row = connection.execute(_LOG_BYTES).fetchone()
                growth, tables = gb_a_month(connection), bytes_by_table(connection)
                (entries,) = connection.execute("select count(*) from feed_entry").fetchone() or (0,)
            self._check(conninfo, seen, events)
            seconds = seen.committed_at - seen.first_at
            lag_s = max(0.0, seen.folded_at - seen.committed_at)
            return {
                "events": seen.events,
                "seconds": seconds,
                "events_per_second": seen.events / seconds,
                "frames_per_second": seen.events * self.feed.frames_per_event / seconds,
                "events_per_second_folded": seen.events / (seconds + lag_s),
                "fold_lag_s": lag_s,
                "fold_lag_s_max": max(lag_s, seen.lag.max_s),
                "rss_mib_peak": seen.rss_peak_bytes / (1 << 20),
                "rss_mib_by_million": seen.rss_mib_by_million,
                "rss_mib_at_peak": seen.rss_mib_at_peak,
                "cpu_us_per_event": {part: seen.meter.cpu_s(part) / seen.events * 1e6 for part in PARTS},
                "session_us_per_event": {
                    role: seen.meter.cpu_s(f"session of {role}") / seen.events * 1e6 for role in SESSIONS
                },
                "worker_us_per_event": {part: spent / seen.events * 1e6 for part, spent in seen.worker_s.items()},
                "bytes_per_event": row[0] / seen.events if row else 0.0,
                "gb_a_month": growth,
                "bytes_by_table": tables,
                "feed_entries": entries,
            }

    def live(
        self, seconds: float, settle_s: float = SETTLED_S, beside: Beside = _nothing, played_s: float = 0.0
    ) -> dict[str, Any]:
        """At the recording's own rate, for so long after things have settled; with what runs beside it. Of what has
        been played before there is `played_s` to catch up with first."""
        flags = ("--speed", "1", "--played-s", str(played_s), *self.feed.served(_ENDLESS))
        with (
            self.server() as conninfo,
            replay(self.feed.recording, *flags) as (url, pid),
            beside(conninfo) as look,
        ):  # fmt: skip
            seen = self._collect(conninfo, url, pid, settle_s=settle_s, stop_after_s=settle_s + seconds, look=look)
            self._check(conninfo, seen)
            measured_s = seen.looked_at - seen.settled_at
            return {
                "events_per_second": seen.events_since / measured_s,
                "cores": sum(seen.meter.cpu_s(part) for part in COLLECTOR) / measured_s,
                "durable_p99_s": seen.durable_within_s(0.99),
                "shown_lag_s_max": seen.lag.max_s,
            }

    def _collect(
        self, conninfo: str, url: str, replay_pid: int, *, fold_interval_s: float = 2.0, settle_s: float = 0.0,
        stop_after_s: float | None = None, look: Look = lambda _: None, experience: bool = True,
        feeds: str = "",
    ) -> Watch:  # fmt: skip
        settings = CollectorSettings(
            source=(url,), network=NETWORK, workers=self.workers,  # type: ignore[arg-type]
            fold_interval_s=fold_interval_s, event_days_kept=_DAYS_KEPT, stop_deadline_s=_STOP_S_MAX,
            experience=experience, feeds=feeds,
        )  # fmt: skip
        seen = Watch(_postmaster(conninfo), replay_pid, settle_s)
        # a server that gets no processor for a second has not come to its end; what is measured ends with the last
        # commit
        idle_s = None if stop_after_s else 3.0

        def both(group: Group) -> None:
            seen.follow(group)
            look(group)

        supervisor = Supervisor(settings, conninfo, Orders(until_idle_s=idle_s, look=both))
        if stop_after_s:
            seen.stop_after(stop_after_s, supervisor.stop)
        with heeded(supervisor), seen, _Said(supervisor.stop) as said:
            well = supervisor.run()
        if said.lines or not well:
            why = said.lines[0] if said.lines else "it did not end in order"
            raise WrongRun(f"the collector did not run through: {why}")
        return seen

    def _check(self, conninfo: str, seen: Watch, delivered: int | None = None) -> None:
        found = balance(conninfo)
        if delivered is not None and not self.simulated:
            # what a recording of somebody's holds twice, or bad in each round, only the collector can say
            delivered -= found.lane_duplicates + seen.refused - found.quarantined
        if difference := found.difference(delivered):
            raise WrongRun(f"this run counted wrong, so its figures are worth nothing: {difference}")
        if not seen.events_since:
            raise WrongRun("nothing came, so there is nothing to measure")


class _Said(logging.Handler):
    """What the supervisor says: that a process died or the database went away. It ends the run."""

    def __init__(self, stop: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self._stop = stop
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())
        self._stop()

    def __enter__(self) -> Self:
        _SUPERVISOR.addHandler(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _SUPERVISOR.removeHandler(self)


def _postmaster(conninfo: str) -> int:
    with connect(conninfo, None, "bench") as connection:
        return parent(connection.info.backend_pid)
