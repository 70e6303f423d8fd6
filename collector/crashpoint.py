"""Named points at which a process can be made to die at once, for the fault tests.

`SKYTALLY_CRASH=name:n` kills the process with SIGKILL when it passes the point for the n-th time;
`SKYTALLY_CRASH=name:n:FILE` kills one process only: it makes the file, and where the file is there nobody dies.
Without the variable a point costs one comparison.
"""

from __future__ import annotations

import os
import signal

_name, _, _rest = os.environ.get("SKYTALLY_CRASH", "").partition(":")
_ordinal, _, _once = _rest.partition(":")
_left = int(_ordinal or 1)


def crashpoint(name: str) -> None:
    """Die here if this is the point and the pass that SKYTALLY_CRASH names."""
    global _left
    if name == _name:
        _left -= 1
        if _left == 0 and _is_first():
            os.kill(os.getpid(), signal.SIGKILL)


def _is_first() -> bool:
    """Whether no other process has died of the same; the file says so for ever."""
    try:
        if _once:
            os.close(os.open(_once, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return False
    return True
