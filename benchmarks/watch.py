"""A watch on a group: what it and its neighbours cost and how far they are, seen while they run.

It looks from a thread of its own, also while the group is being stopped. It changes nothing and decides nothing, but
may be told to call for the end after some time.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from types import TracebackType

from benchmarks.lag import Lag
from benchmarks.meter import Meter, called, descendants
from collector.group import Group
from collector.vitals import DURABLE_WITHIN_S

LOOK_S = 0.25
"""Between two looks: by so much a peak may be missed, and so much CPU of a process that ends."""
_MILLION = 1_000_000
SESSIONS = ("collector", "roller")
"""Whose sessions of Postgres are looked at for themselves, by role. They are in Postgres' sum too."""
_OF_A_BATCH = ("sort_out", "feeds", "names", "commit")
_MIB = 1 << 20


class Watch:
    """What has been seen; runs while its block lasts.

    Memory is that of reader, workers, roller and supervisor at one moment, added up, pages that they share counted
    for each: an upper bound. Postgres' CPU is complete, for its parent keeps the books, and has the last fold in it. A
    process of the group lacks what it used after the last look, at most `LOOK_S` before its end; in all four that is
    about 0.2 s, most of it for taking down the interpreter.
    """

    def __init__(self, postmaster: int, replay: int, settle_s: float = 0.0) -> None:
        self.meter = Meter()
        self.lag = Lag()
        self.rss_peak_bytes = 0
        self.rss_mib_at_peak: dict[str, float] = {}
        self.rss_mib_by_million: list[float] = []
        """The group's memory each time another million events was counted."""
        self.events = self.refused = 0
        self.worker_s: dict[str, float] = {}
        """What all workers together have spent their time on."""
        self.first_at = self.committed_at = self.folded_at = 0.0
        self.settled_at = self.looked_at = 0.0
        """CPU, `durable` and `events_since` are from the one to the other."""
        self._settled_events = 0
        self._durable: dict[float, float] = {}
        self._durable_before: dict[float, float] = {}
        self._postmaster, self._replay, self._settle_s = postmaster, replay, settle_s
        self._group: Group | None = None
        self._stop_after_s: float | None = None
        self._stop: Callable[[], None] = lambda: None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="watch", daemon=True)

    def stop_after(self, seconds: float, stop: Callable[[], None]) -> None:
        """Call this so many seconds after the first event."""
        self._stop_after_s, self._stop = seconds, stop

    def __enter__(self) -> Watch:
        self._look_at_others()
        self.meter.begin()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        if self._group is not None:
            self._look(self._group)  # what it left behind

    def follow(self, group: Group) -> None:
        """Look at this group from now on."""
        self._group = group

    @property
    def events_since(self) -> int:
        """Counted since things settled."""
        return self.events - self._settled_events

    def durable_within_s(self, share: float) -> float | None:
        """The limit within which this share of the events became durable; None when it is above the largest one."""
        counts = {limit: count - self._durable_before.get(limit, 0.0) for limit, count in self._durable.items()}
        wanted, reached = share * sum(counts.values()), 0.0
        for limit in DURABLE_WITHIN_S:
            reached += counts.get(limit, 0.0)
            if reached >= wanted:
                return limit
        return None

    def _go_on(self) -> None:
        while not self._ended.wait(LOOK_S):
            if self._group is not None:
                self._look(self._group)

    def _look(self, group: Group) -> None:
        now, reader, workers = time.monotonic(), group.reader_vitals, group.worker_vitals
        of_each = self._look_at_costs(group)
        resident = sum(of_each.values())
        if resident > self.rss_peak_bytes:
            self.rss_peak_bytes = resident
            self.rss_mib_at_peak = {label: round(size / _MIB, 1) for label, size in of_each.items()}
        self.events = int(sum(vitals.get("events") for vitals in workers))
        self.refused = int(sum(vitals.get("refused") for vitals in workers))
        while len(self.rss_mib_by_million) < self.events // _MILLION:
            self.rss_mib_by_million.append(round(resident / _MIB, 1))
        self.worker_s = {part: sum(vitals.get(f"{part}_s") for vitals in workers) for part in _OF_A_BATCH}
        self.first_at = reader.get("first_at")
        self.committed_at = max(vitals.get("committed_at") for vitals in workers)
        self.folded_at = group.roller_vitals.get("folded_at")
        self.lag.look(reader.get("time_us"), group.roller_vitals.get("watermark_us"), now)
        self._durable = {s: sum(v.get(f"durable_within_{s}_s") for v in workers) for s in DURABLE_WITHIN_S}
        self._durable[float("inf")] = sum(vitals.get("durable_later") for vitals in workers)
        if not self.first_at or now - self.first_at < self._settle_s:
            self.meter.begin()
            self.lag.max_s = 0.0
            self.settled_at, self._settled_events, self._durable_before = now, self.events, self._durable
        self.looked_at = now
        if self._stop_after_s is not None and self.first_at and now - self.first_at > self._stop_after_s:
            self._stop()

    def _look_at_costs(self, group: Group) -> dict[str, int]:
        """Note the CPU of all; return the resident bytes of the group, the supervisor's too, which is this process."""
        look = self.meter.look
        return {
            "reader": look("reader", [group.reader.pid or 0]),
            "worker": look("worker", [process.pid or 0 for process in group.workers]),
            "roller": look("roller", [group.roller.pid or 0]),
            "supervisor": self._look_at_others(),
        }

    def _look_at_others(self) -> int:
        self.meter.look_below("postgres", self._postmaster)
        sessions = descendants(self._postmaster)
        for role in SESSIONS:
            self.meter.look(f"session of {role}", called(sessions, f"skytally_{role} "))
        self.meter.look("replay", [self._replay])
        return self.meter.look("supervisor", [os.getpid()])
