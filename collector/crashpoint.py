"""Named points at which a process can be made to die at once, for the fault tests.

`SKYTALLY_CRASH=name:n` kills the process with SIGKILL when it passes the point for the n-th time. Without the
variable a point costs one comparison.
"""

from __future__ import annotations

import os
import signal

_name, _, _ordinal = os.environ.get("SKYTALLY_CRASH", "").partition(":")
_left = int(_ordinal or 1)


def crashpoint(name: str) -> None:
    """Die here if this is the point and the pass that SKYTALLY_CRASH names."""
    global _left
    if name == _name:
        _left -= 1
        if _left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
