"""What processes cost: CPU seconds and memory, read from /proc while they run.

It knows process ids and nothing of what they do. Linux only.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


class Meter:
    """CPU by label. A process that ends keeps what it was last seen with."""

    def __init__(self) -> None:
        self._cpu: dict[int, tuple[str, float]] = {}
        self._before: dict[int, tuple[str, float]] = {}
        self.rss_peak_bytes = 0

    def begin(self) -> None:
        """What has been used by now does not count."""
        self._before = dict(self._cpu)

    def look(self, label: str, pids: Iterable[int]) -> int:
        """Note the CPU of these processes; return their resident bytes together, shared pages counted for each."""
        resident = 0
        for pid in pids:
            try:
                fields = (_PROC / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            self._cpu[pid] = (label, (int(fields[11]) + int(fields[12])) / _TICKS)
            resident += int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
        return resident

    def cpu_s(self, label: str) -> float:
        """CPU seconds, user and system, of all processes under a label."""
        now = sum(seconds for name, seconds in self._cpu.values() if name == label)
        return now - sum(seconds for name, seconds in self._before.values() if name == label)


def descendants(pid: int) -> list[int]:
    """The processes below `pid`, at any depth."""
    found: list[int] = []
    for child in _children(pid):
        found += [child, *descendants(child)]
    return found


def _children(pid: int) -> list[int]:
    try:
        return list(map(int, (_PROC / str(pid) / "task" / str(pid) / "children").read_text().split()))
    except OSError:
        return []
