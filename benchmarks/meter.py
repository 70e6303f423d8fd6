"""What processes cost: CPU seconds and memory, read from /proc while they run.

It knows process ids and nothing of what they do. Linux only.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_PROC = Path("/proc")
# places in /proc/PID/stat, counted from behind the name
_OWN, _WITH_REAPED, _RSS = slice(11, 13), slice(11, 15), 21


class Meter:
    """CPU by label. A process that ends keeps what it was last seen with: what it used after that is not known."""

    def __init__(self) -> None:
        self._cpu: dict[int, tuple[str, float]] = {}
        self._before: dict[int, tuple[str, float]] = {}

    def begin(self) -> None:
        """What has been used by now does not count."""
        self._before = dict(self._cpu)

    def look(self, label: str, pids: Iterable[int]) -> int:
        """Note the CPU of these processes; return their resident bytes together, shared pages counted for each."""
        resident = 0
        for pid in pids:
            if fields := _stat(pid):
                self._cpu[pid] = (label, _seconds(fields[_OWN]))
                resident += int(fields[_RSS]) * _PAGE_BYTES
        return resident

    def look_below(self, label: str, root: int) -> None:
        """Note the CPU of a process and of all below it; what has ended there is in the books of its parent."""
        found = [fields for pid in (root, *descendants(root)) if (fields := _stat(pid))]
        seconds = sum(_seconds(fields[_WITH_REAPED]) for fields in found)
        # one that ends while we look is in neither place, until the next time
        self._cpu[root] = (label, max(seconds, self._cpu.get(root, (label, 0.0))[1]))

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


def called(pids: Iterable[int], words: str) -> list[int]:
    """Those of the processes whose title has these words in it."""
    return [pid for pid in pids if words in _title(pid)]


def parent(pid: int) -> int:
    """The process above `pid`. Raises ProcessLookupError when there is no such process."""
    fields = _stat(pid)
    if not fields:
        raise ProcessLookupError(pid)
    return int(fields[1])


def _stat(pid: int) -> list[str]:
    """The fields of a process from its state on; none when it has gone."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return []


def _title(pid: int) -> str:
    """What a process calls itself; nothing when it has gone."""
    try:
        return (_PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def _seconds(ticks: list[str]) -> float:
    return sum(map(int, ticks)) / _TICKS


def _children(pid: int) -> list[int]:
    try:
        return list(map(int, (_PROC / str(pid) / "task" / str(pid) / "children").read_text().split()))
    except OSError:
        return []
