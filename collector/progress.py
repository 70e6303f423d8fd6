"""What a running collector says of itself: one snapshot, as a line for people.

It reads vitals and formats; it decides nothing.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from collector.group import Group
from collector.vitals import ReaderVitals, RollerVitals


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The figures of one moment."""

    events: int
    """Accepted since the supervisor started."""
    events_per_second: float
    lag_s: float | None
    """How far the newest event received is behind the clock; None before the first."""
    queued_bytes: int
    quarantined: int
    """Refused since the supervisor started, repetitions included."""
    duplicates: int
    state: str
    """connecting, reading, paused."""
    detail: str
    """What is wrong, in one line, or nothing."""

    def line(self) -> str:
        """The progress line."""
        lag = duration(self.lag_s) if self.lag_s is not None else "-"
        text = (
            f"{self.state}: {self.events:,} events, {self.events_per_second:,.0f}/s, lag {lag}, "
            f"queued {self.queued_bytes / 1e6:.1f} MB, quarantined {self.quarantined:,}"
        )
        return f"{text}; {self.detail}" if self.detail else text


class Meter:
    """Takes snapshots of one group after another, with totals and rates over all of them."""

    def __init__(self) -> None:
        self._carried = {"events": 0.0, "duplicates": 0.0, "refused": 0.0}
        self._rate = 0.0
        self._before = (time.monotonic(), 0.0)

    def carry(self, group: Group) -> None:
        """A group has ended: keep its totals."""
        for figure in self._carried:
            self._carried[figure] += _sum(group, figure)

    def take(self, group: Group) -> Snapshot:
        """The figures now."""
        events = self._carried["events"] + _sum(group, "events")
        self._measure(events)
        reader = group.reader_vitals
        time_us = reader.get("time_us")
        paused = bool(reader.get("paused"))
        state = "paused" if paused else "reading" if reader.get("connected") else "connecting"
        return Snapshot(
            events=int(events),
            events_per_second=self._rate,
            lag_s=max(0.0, time.time() - time_us / 1e6) if time_us else None,
            queued_bytes=int(reader.get("queued_bytes")),
            quarantined=int(self._carried["refused"] + _sum(group, "refused")),
            duplicates=int(self._carried["duplicates"] + _sum(group, "duplicates")),
            state=state,
            detail=_detail(group, paused),
        )

    def summary(self, seconds: float) -> str:
        """What all groups together did."""
        counted = {name: int(value) for name, value in self._carried.items()}
        return (
            f"counted {counted['events']:,} events in {duration(seconds)}, recognised {counted['duplicates']:,} again, "
            f"quarantined {counted['refused']:,}"
        )

    def _measure(self, events: float) -> None:
        """A rate over the last seconds: half of it new with every second."""
        then, before = self._before
        now = time.monotonic()
        if now - then >= 0.2:
            self._rate += ((events - before) / (now - then) - self._rate) * min(1.0, (now - then) / 2)
            self._before = (now, events)


def _detail(group: Group, paused: bool) -> str:
    """What is wrong, the worst of it."""
    if paused:
        return "the disk is nearly full"
    return group.reader_vitals.trouble or _over_budget(group.roller_vitals) or _seen_by_one(group.reader_vitals)


def _over_budget(roller: RollerVitals) -> str:
    """What the disk budget has cost, in one line; nothing while the database keeps to it."""
    days, over = int(roller.get("log_days_short")), roller.get("over_budget_bytes")
    parts = [f"the disk budget has cost the event log {days} of its days"] if days else []
    if over:
        parts.append(f"the database is {over / (1 << 30):.1f} GiB over its budget")
    return "; ".join(parts)


def _seen_by_one(reader: ReaderVitals) -> str:
    """What only one of two hosts delivered, in one line; nothing while they agree."""
    first, second = int(reader.get("seen_by_first")), int(reader.get("seen_by_second"))
    if not first + second:
        return ""
    return f"of two sources, only the first delivered {first:,} commits, and only the second {second:,}"


def _sum(group: Group, figure: str) -> float:
    return sum(vitals.get(figure) for vitals in group.worker_vitals)


def duration(seconds: float) -> str:
    """Seconds in the unit a person would use."""
    for limit, unit, size in ((120, "s", 1), (7200, "min", 60), (172_800, "h", 3600)):
        if seconds < limit:
            return f"{seconds / size:.1f} {unit}" if unit != "s" or seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 86_400:.1f} d"
