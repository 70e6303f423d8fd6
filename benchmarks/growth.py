"""What grows: memory and open files of processes, noted over time, and how steep the line through the notes is.

Memory is proportional: a page that n processes share counts as an nth for each (smaps_rollup, proc(5)). Linux only.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc")
_HOUR_S = 3600.0
_LOWS_S = 180.0


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

    def found(self) -> dict[str, float | int | None]:
        """The first and the last note, and the slope of memory in MiB an hour, by least squares: of all notes, and of
        the lowest of every few minutes, for work comes and goes and what is held stays."""
        if len(self.notes) < 2:
            return {}
        first, last = self.notes[0], self.notes[-1]
        return {
            "mib_begin": round(first.mib, 1), "mib_end": round(last.mib, 1),
            "mib_per_hour": _slope(self.notes), "lows_mib_per_hour": _slope(self._lows()),
            "files_begin": first.files, "files_end": last.files,
        }  # fmt: skip

    def _lows(self) -> list[Note]:
        """The one with the least memory of each stretch of time."""
        stretches = defaultdict[int, list[Note]](list)
        for note in self.notes:
            stretches[int((note.at_s - self.notes[0].at_s) / _LOWS_S)].append(note)
        return [min(notes, key=lambda note: note.mib) for notes in stretches.values()]


def _slope(notes: Sequence[Note]) -> float | None:
    """Of memory, in MiB an hour; None where there is only one."""
    if len(notes) < 2:
        return None
    line = statistics.linear_regression([note.at_s for note in notes], [note.mib for note in notes])
    return round(line.slope * _HOUR_S, 2)


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
