"""How many files, and so connections, a process may have open: often 1,024 unless it asks for more."""

from __future__ import annotations

import contextlib
import resource


def allow_files(count: int) -> None:
    """Let this process have so many, as far as the system allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
