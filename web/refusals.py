"""Refusals: what could not be made just now, and what was said of it.

It keeps the words, not the exception that was raised: that one holds on to every request it passed through. It does not
know what was to be made.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from web.problem import CACHED_S, Problem

_COUNT_MAX = 10_000
_RETRY_S = 2.0
"""How long nobody here tries to make again what could not be made."""


class _Refusal(NamedTuple):
    until: float
    """On the monotonic clock."""
    problem: Problem
    """Never raised."""


class Refusals:
    """By keys, the oldest first."""

    def __init__(self) -> None:
        self._noted: dict[str, _Refusal] = {}

    def __len__(self) -> int:
        return len(self._noted)

    def of(self, key: str) -> Problem | None:
        """What to say of it instead of trying, one to raise; None where it may be tried."""
        noted = self._noted.get(key)
        return noted.problem.again() if noted is not None and time.monotonic() < noted.until else None

    def note(self, key: str, problem: Problem) -> None:
        """Nobody here tries that again for a while."""
        self._noted.pop(key, None)
        self._noted[key] = _Refusal(time.monotonic() + (CACHED_S if problem.lasting else _RETRY_S), problem.again())
        self._let_go()

    def _let_go(self) -> None:
        """Those that are over, in their order, and what is too much."""
        while self._noted:
            oldest = next(iter(self._noted))
            if len(self._noted) <= _COUNT_MAX and time.monotonic() < self._noted[oldest].until:
                return
            del self._noted[oldest]
