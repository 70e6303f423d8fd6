"""Vitals: every figure a web process shows, declared once, in memory that the process which started it may read.

One process writes a block, anybody reads it; a figure is eight bytes, so it is never torn. They are for metrics:
nothing that is answered depends on one.
"""

from __future__ import annotations

import ctypes
from bisect import bisect_left
from collections.abc import Sequence
from multiprocessing.context import SpawnContext
from typing import Any

STATUSES = (200, 304, 400, 404, 405, 410, 414, 416, 429, 500, 501, 503)
"""Those we answer with; any other is counted as `OTHER_STATUS`."""
OTHER_STATUS = "other"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Requests are shown by how long they took at most."""
FRESH, STALE, OLD, MADE = AGES = ("fresh", "stale", "old", "made")
"""How old an answer was: as new as it need be, served while it was made anew, older than that for want of a newer one,
or made while its reader waited."""
LAYERS = ("memcached", "table")
"""What processes share answers by."""
COUNTERS = ("live_dropped",)
"""Readers who watched and were too slow."""
GAUGES = (
    "alive_at",  # monotonic seconds: when its loop last turned; 0 before it serves
    "cached_entries",  # in its own memory
    "cached_bytes",
    "making",  # answers, now, and such that wait for their turn
    "connections",  # to the database
    "connections_waited_for",  # by how many
    "live_readers",  # who watch counts
)
_OF_ROUTE = (*(f"status {status}" for status in (*STATUSES, OTHER_STATUS)), *(f"to {most}" for most in SECONDS),
             "slower", "seconds", *(f"age {age}" for age in AGES), "makings", "making_seconds")  # fmt: skip
_WIDTH = len(_OF_ROUTE)
_OF_PROCESS = (*LAYERS, *COUNTERS, *GAUGES)
_STATUS = {status: at for at, status in enumerate(STATUSES)}
_SECONDS_AT = len(STATUSES) + 1
_SUM_AT = _SECONDS_AT + len(SECONDS) + 1
_AGE_AT = {age: _SUM_AT + 1 + at for at, age in enumerate(AGES)}
_MAKINGS_AT = _WIDTH - 2


class WebVitals:
    """What one web process shows. Routes are known by their numbers, which are their places in `routes`."""

    def __init__(self, context: SpawnContext, routes: Sequence[str]) -> None:
        self.routes = tuple(routes)
        self._own = len(self.routes) * _WIDTH
        self._memory: Any = context.RawArray(ctypes.c_double, self._own + len(_OF_PROCESS))

    def request(self, route: int, status: int, seconds: float) -> None:
        """A request has been answered."""
        at, memory = route * _WIDTH, self._memory
        memory[at + _STATUS.get(status, len(STATUSES))] += 1
        memory[at + _SECONDS_AT + bisect_left(SECONDS, seconds)] += 1
        memory[at + _SUM_AT] += seconds

    def answered(self, route: int, age: str) -> None:
        """From the cache, or what was made for it."""
        self._memory[route * _WIDTH + _AGE_AT[age]] += 1

    def made(self, route: int, seconds: float) -> None:
        """An answer was made; not always was somebody waiting for it."""
        at = route * _WIDTH + _MAKINGS_AT
        self._memory[at] += 1
        self._memory[at + 1] += seconds

    def trouble(self, layer: str) -> None:
        """What is shared could not be reached."""
        self._memory[self._own + LAYERS.index(layer)] += 1

    def count(self, counter: str) -> None:
        """One more."""
        self._memory[self._own + _OF_PROCESS.index(counter)] += 1

    def set(self, gauge: str, value: float) -> None:
        """Replace a figure that goes up and down."""
        self._memory[self._own + _OF_PROCESS.index(gauge)] = value

    def of_route(self, route: int) -> dict[str, float]:
        """The figures of a route, by name."""
        begin = route * _WIDTH
        return dict(zip(_OF_ROUTE, self._memory[begin : begin + _WIDTH], strict=True))

    @property
    def alive_at(self) -> float:
        """Monotonic seconds: when its loop last turned; 0 before it serves."""
        return self.of_process()["alive_at"]

    def of_process(self) -> dict[str, float]:
        """Those that belong to no route."""
        return dict(zip(_OF_PROCESS, self._memory[self._own :], strict=True))
