"""How long work shows itself: a line that moves on a terminal, a plain line every 10 s elsewhere."""

from __future__ import annotations

import logging
import shutil
import sys
import time

PLAIN_INTERVAL_S = 10.0
_shown = False  # of the one terminal there is


class Display:
    """Progress and results on stderr, without one garbling the other."""

    def __init__(self, log: logging.Logger | None = None) -> None:
        """`log`: where there is no terminal progress goes there; of what runs for ever."""
        self._live = sys.stderr.isatty()
        self._log = log
        self._next_at = 0.0

    def progress(self, line: str, **figures: object) -> None:
        """The current state; on a terminal it replaces the one before. `figures` are the same for programs."""
        global _shown
        now = time.monotonic()
        if self._live:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r{line[:width]:<{width}}", end="", file=sys.stderr, flush=True)
            _shown = True
        elif now >= self._next_at:
            self._next_at = now + PLAIN_INTERVAL_S
            if self._log is not None:
                self._log.info("%s", line, extra={"figures": figures})
            else:
                print(line, file=sys.stderr, flush=True)

    def say(self, line: str) -> None:
        """What came of it, for who waits for that."""
        self.end()
        print(line, file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the progress line as it is."""
        leave_progress()


def leave_progress() -> None:
    """Leave what any display shows as it is: somebody else has a line to write."""
    global _shown
    if _shown:
        print(file=sys.stderr)
        _shown = False
