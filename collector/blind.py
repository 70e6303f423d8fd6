"""A blind host: its socket is well, other collections flow, and one has all but stopped.

What should have come of a collection is told from the others that came in the same minutes, in the proportion of that
hour of the week. So a quiet night, a quiet network and a slow replay are no alarm, and no fixed rate is needed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

_EXPECTED_MIN = 50.0
"""Events that should have come, and events of others that did: of fewer nothing can be said. By chance a twentieth of
fifty comes once in 10^18 times."""
_SHARE_MAX = 0.05
_SAMPLES = 10


class _Sample(NamedTuple):
    at: float
    time_us: int
    counts: Mapping[str, float]


class Blindness:
    """Watches the collections of one run: how many seconds it looks at, at least."""

    def __init__(self, seconds: float) -> None:
        self.usual: Mapping[str, float] = {}
        """Events by collection in such an hour."""
        self.since_us = 0
        """Where the stream was at the beginning of what was looked at last, unix microseconds."""
        self._seconds = seconds
        self._samples: deque[_Sample] = deque()

    def look(self, counts: Mapping[str, float], now: float, time_us: int) -> str | None:
        """The collection that is missing in the last seconds, empty where none is; None for a look too soon after the
        last. `counts`: events accepted by collection since the run began; `now`: monotonic seconds; `time_us`: where
        the stream is."""
        if self._samples and now - self._samples[-1].at < self._seconds / _SAMPLES:
            return None
        self._samples.append(_Sample(now, time_us, dict(counts)))
        if now - self._samples[0].at < self._seconds:
            return ""
        first = self._samples.popleft()
        self.since_us = first.time_us
        return self._missing({name: counts[name] - first.counts.get(name, 0.0) for name in counts})

    def _missing(self, came: Mapping[str, float]) -> str:
        all_usual, all_came = sum(self.usual.values()), sum(came.get(name, 0.0) for name in self.usual)
        for name, usual in self.usual.items():
            others_usual, others_came = all_usual - usual, all_came - came.get(name, 0.0)
            if others_usual <= 0 or others_came < _EXPECTED_MIN:
                continue
            expected = usual / others_usual * others_came
            if expected >= _EXPECTED_MIN and came.get(name, 0.0) < _SHARE_MAX * expected:
                return name
        return ""
