"""How long work shows itself: a line that moves on a terminal, a plain line every 10 s elsewhere."""

from __future__ import annotations

import shutil
import sys
import time

PLAIN_INTERVAL_S = 10.0


class Display:
    """Progress and other lines on stderr, without one garbling the other."""

    def __init__(self, interval_s: float = PLAIN_INTERVAL_S) -> None:
        self._live = sys.stderr.isatty()
        self._interval_s = interval_s
        self._next_at = 0.0
        self._shown = False

    def progress(self, line: str) -> None:
        """The current state; on a terminal it replaces the one before."""
        now = time.monotonic()
        if self._live:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r{line[:width]:<{width}}", end="", file=sys.stderr, flush=True)
            self._shown = True
        elif now >= self._next_at:
            self._next_at = now + self._interval_s
            print(line, file=sys.stderr, flush=True)

    def say(self, line: str) -> None:
        """A line that stays."""
        self.end()
        print(line, file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the progress line as it is."""
        if self._shown:
            print(file=sys.stderr)
            self._shown = False
