"""What grows: memory and open files of processes, noted over time, and how steep the line through the notes is.

Memory is proportional: a page that n processes share counts as an nth for each (smaps_rollup, proc(5)). Linux only.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc")
_HOUR_S = 3600.0


class Note(NamedTuple):
    """One look."""

    at_s: float
    mib: float
    files: int


class Growth:
    """Of one set of processes, whose members may change."""

    def __init__(self) -> None:
        self.notes: list[Note] = []

    def look(self, at_s: float, pids: Iterable[int]) -> None:
        """Note what these processes have now. One that has gone counts nothing."""
        processes = list(pids)
        self.notes.append(Note(at_s, sum(map(_mib, processes)), sum(map(_files, processes))))

    def found(self) -> dict[str, float | int]:
        """The first and the last note, and the slope of memory in MiB an hour, by least squares."""
        if len(self.notes) < 2:
            return {}
        first, last = self.notes[0], self.notes[-1]
        line = statistics.linear_regression([note.at_s for note in self.notes], [note.mib for note in self.notes])
        return {
            "mib_begin": round(first.mib, 1), "mib_end": round(last.mib, 1),
            "mib_per_hour": round(line.slope * _HOUR_S, 2), "files_begin": first.files, "files_end": last.files,
        }  # fmt: skip


def _mib(pid: int) -> float:
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _files(pid: int) -> int:
    try:
        return len(list((_PROC / str(pid) / "fd").iterdir()))
    except OSError:
        return 0
