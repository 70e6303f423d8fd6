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
_LATELY_S = 60.0
"""How long it counts that something could not be made: until then, who can be given an old one waits for none."""
_AWAY = "database-away"


class _Refusal(NamedTuple):
    at: float
    """On the monotonic clock."""
    until: float
    """On the monotonic clock."""
    problem: Problem
    """Never raised."""


class Refusals:
    """By keys, the oldest first."""

    def __init__(self) -> None:
        self._noted: dict[str, _Refusal] = {}
        self._away_until = 0.0

    def __len__(self) -> int:
        return len(self._noted)

    def of(self, key: str) -> Problem | None:
        """What to say of it instead of trying, one to raise; None where it may be tried."""
        noted = self._noted.get(key)
        return noted.problem.again() if noted is not None and time.monotonic() < noted.until else None

    def trouble(self, key: str) -> str:
        """The kind of problem that is most likely still in the way of it; empty where none is known."""
        noted, now = self._noted.get(key), time.monotonic()
        if noted is not None and noted.problem.passing and now < noted.at + _LATELY_S:
            return noted.problem.kind
        return _AWAY if now < self._away_until else ""

    def note(self, key: str, problem: Problem) -> None:
        """Nobody here tries that again for a while."""
        now = time.monotonic()
        if problem.kind == _AWAY:
            self._away_until = now + _LATELY_S
        self._noted.pop(key, None)
        self._noted[key] = _Refusal(now, now + (CACHED_S if problem.lasting else _RETRY_S), problem.again())
        while len(self._noted) > _COUNT_MAX or now >= next(iter(self._noted.values())).at + _LATELY_S:
            del self._noted[next(iter(self._noted))]

    def made(self, key: str) -> None:
        """It could be made: the database is there."""
        self._noted.pop(key, None)
        self._away_until = 0.0
