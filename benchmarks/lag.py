"""The lag of the fold: for how long what has been read has been waiting to show in the rollups.

It knows stream times and a clock, and no processes.
"""

from __future__ import annotations

from collections import deque


class Lag:
    """In seconds of the clock, not of the stream: flat out, a second brings minutes of stream.

    Each look notes how far the reader is. The lag is the age of the oldest of these notes that the watermark has not
    reached: the events read since the note before have waited for about so long, queues and commit included. It is
    too low by the time between two looks at most.
    """

    def __init__(self) -> None:
        self.max_s = 0.0
        self._read_us = 0.0
        self._waiting: deque[tuple[float, float]] = deque()  # stream time, seconds of the clock

    def look(self, read_us: float, watermark_us: float, now_s: float) -> float:
        """Note how far the reader and the rollups are; the lag now."""
        if read_us > self._read_us:
            self._read_us = read_us
            self._waiting.append((read_us, now_s))
        while self._waiting and self._waiting[0][0] <= watermark_us:
            self._waiting.popleft()
        lag_s = now_s - self._waiting[0][1] if self._waiting else 0.0
        self.max_s = max(self.max_s, lag_s)
        return lag_s
