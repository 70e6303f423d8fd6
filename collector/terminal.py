"""The terminal that a process was started from: whether it is still there, for SIGHUP means two things."""

from __future__ import annotations

import os


def has_terminal() -> bool:
    """Whether there is one. Once it is closed there is none any more, and SIGHUP was its end."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True
