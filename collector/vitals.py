"""Vitals: every figure a process of the group shows, declared once, in memory that the others may read.

One process writes a block, anybody reads it; a figure is eight bytes, so it is never torn. They are for people, metrics
and the watchdog; nothing is counted from them.
"""

from __future__ import annotations

import ctypes
from multiprocessing.context import SpawnContext
from typing import Any


class _Block:
    """A fixed set of figures in shared memory, by name."""

    _figures: tuple[str, ...] = ()
    _memory: Any

    def __init__(self, context: SpawnContext) -> None:
        self._memory = context.RawArray(ctypes.c_double, len(self._figures))

    def get(self, figure: str) -> float:
        """The figure now."""
        return float(self._memory[self._figures.index(figure)])

    def set(self, figure: str, value: float) -> None:
        """Replace a figure."""
        self._memory[self._figures.index(figure)] = value

    def add(self, figure: str, amount: float) -> None:
        """Add to a figure; only its own process may."""
        self._memory[self._figures.index(figure)] += amount


class ReaderVitals(_Block):
    """What the reader shows."""

    _figures = (
        "connected",  # 1 while a socket is open
        "frames",  # received since the start of this run
        "bytes",
        "reconnects",
        "time_us",  # the stream time of the last batch
        "queued_bytes",  # waiting for workers in this process
        "new_at",  # monotonic seconds: when something newer than all before last came
        "first_at",  # monotonic seconds: when the first frame of this run came
        "alive_at",  # monotonic seconds: when its loop last turned
        "host_failed",  # 1 when it ends because the host does not answer and there are others to try
        "paused",  # set by the supervisor: 1 while reading must wait
    )  # fmt: skip

    def __init__(self, context: SpawnContext) -> None:
        super().__init__(context)
        self._trouble = context.RawArray(ctypes.c_char, 400)

    @property
    def trouble(self) -> str:
        """The last connection trouble in one line, empty while all is well."""
        return bytes(self._trouble.value).decode(errors="replace")

    @trouble.setter
    def trouble(self, text: str) -> None:
        self._trouble.value = text.encode()[:399]


DURABLE_WITHIN_S = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0)


class WorkerVitals(_Block):
    """What one worker shows."""

    _figures = (
        "ready",  # 1 once its window is loaded
        "batches",
        "events",  # accepted since the start of this run
        "duplicates",
        "refused",
        "losses",
        "window_keys",
        "commit_s",  # spent in transactions
        "sort_out_s",  # spent before them
        "committed_at",  # monotonic seconds: when events were last made durable
        *(f"durable_within_{s}_s" for s in DURABLE_WITHIN_S),  # events, by how long after the socket at most
        "durable_later",
    )  # fmt: skip

    def durable(self, events: int, after_s: float, now: float) -> None:
        """Note that events became durable, at most so long after they came from the socket."""
        within = next((f"durable_within_{s}_s" for s in DURABLE_WITHIN_S if after_s <= s), "durable_later")
        self.add(within, events)
        if events:
            self.set("committed_at", now)


class RollerVitals(_Block):
    """What the roller shows."""

    _figures = (
        "folds",
        "fold_s",  # spent folding
        "last_fold_s",
        "watermark_us",
        "empty",  # 1 when the last fold found nothing in either segment
        "alive_at",  # monotonic seconds: when it last began or ended a fold
        "folded_at",  # monotonic seconds: when something was last folded
        "log_days_short",  # days that the event log is shorter than asked, for the sake of the disk budget
        "over_budget_bytes",  # what the database takes more than the disk budget, after that
    )  # fmt: skip
