"""The watchdog: is every process of the group alive, and does it get on?

It looks at exit codes and vitals, and says in one line what is wrong. What to do about it is the supervisor's.
"""

from __future__ import annotations

import signal
import time

from collector.group import Group

STALL_S_MAX = 30.0
"""A reader whose loop does not turn, or a worker with bytes waiting that commits nothing, for this long is frozen."""
FOLD_S_MAX = 600.0
"""A fold may take long after an outage; longer than this it is frozen too."""
STILL_S_MAX = 10.0
"""Nearer to being frozen than this, nobody is told that all gets on."""


class Watchdog:
    """Watches one group from its start on."""

    def __init__(self, group: Group) -> None:
        self._group = group
        self._begun = time.monotonic()
        self._progress = [(0.0, self._begun) for _ in group.workers]

    def trouble(self) -> str | None:
        """Why the group is to be started again; None while all is well."""
        for process in self._group.dead():
            return f"{process.name} ended ({_how(process.exitcode)})"
        now = time.monotonic()
        for name, vitals, limit_s in (
            ("reader", self._group.reader_vitals, STALL_S_MAX),
            ("roller", self._group.roller_vitals, FOLD_S_MAX),
        ):
            if now - max(vitals.get("alive_at"), self._begun) > limit_s:
                return f"the {name} has stood still for {limit_s:.0f} s"
        return self._stalled_worker(now)

    def gets_on(self) -> bool:
        """Whether reader and workers have got on lately, as `trouble` saw them last; work that is not there is done."""
        now = time.monotonic()
        moved = [max(self._group.reader_vitals.get("alive_at"), self._begun), *(since for _, since in self._progress)]
        return now - min(moved) < STILL_S_MAX

    def _stalled_worker(self, now: float) -> str | None:
        waiting = self._group.reader_vitals.get("queued_bytes") > 0
        for n, vitals in enumerate(self._group.worker_vitals):
            batches, since = self._progress[n]
            # loading the window takes as long as it takes
            if not waiting or not vitals.get("ready") or vitals.get("batches") != batches:
                self._progress[n] = (vitals.get("batches"), now)
            elif now - since > STALL_S_MAX:
                return f"worker {n} has committed nothing for {STALL_S_MAX:.0f} s"
        return None


def _how(code: int | None) -> str:
    if code is None:
        return "still running"
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
