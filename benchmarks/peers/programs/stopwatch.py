"""A stopwatch for the programs: from the first event to the last, in seconds and in CPU, said as one line of JSON.

What comes before the first event (imports, connecting) does not count. It knows nothing of what is timed.
"""

from __future__ import annotations

import json
import os
import time


class Stopwatch:
    """Runs from `start`, of which only the first counts, to `stop`."""

    def __init__(self) -> None:
        self._begun_s = self._cpu_begun_s = 0.0

    def start(self) -> None:
        """The first event is here."""
        if not self._begun_s:
            self._begun_s, self._cpu_begun_s = time.monotonic(), _cpu_s()

    def stop(self, events: int) -> None:
        """The last one is done, and say so; children must have been waited for, or their CPU is missing."""
        seconds = time.monotonic() - self._begun_s
        print(json.dumps({"events": events, "seconds": seconds, "cpu_s": _cpu_s() - self._cpu_begun_s}), flush=True)


def _cpu_s() -> float:
    """Of this process and of those below it that have ended."""
    return sum(os.times()[:4])
