"""Memory given back to the system, where the C library is glibc; elsewhere these do nothing.

Batches of megabytes and frames of half a kilobyte come and go by the thousand; left alone, glibc keeps the holes.
"""

from __future__ import annotations

import ctypes
from typing import Any

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h
_LARGE_BYTES = 1 << 18


def keep_large_blocks_apart(large_bytes: int = _LARGE_BYTES) -> None:
    """Give blocks of so many bytes back as soon as they are free. Call it before there is one."""
    if set_option := _function("mallopt"):
        set_option(_M_MMAP_THRESHOLD, large_bytes)
        set_option(_M_TRIM_THRESHOLD, 2 * large_bytes)


def give_back() -> None:
    """Give back what is free now; takes milliseconds."""
    if trim := _function("malloc_trim"):
        trim(0)


def _function(name: str) -> Any:
    return getattr(ctypes.CDLL(None), name, None)
