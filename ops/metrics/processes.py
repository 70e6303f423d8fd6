"""What the system knows of processes of ours: memory, processor time and open files, from /proc where there is one."""

from __future__ import annotations

import os
from collections.abc import Mapping

from ops.metrics.exposition import Key, Metric, Value


def metrics(prefix: str) -> tuple[Metric, ...]:
    """Of one half."""
    return (
        Metric(
            f"{prefix}_process_resident_memory_bytes", "gauge",
            "Memory of each process; pages that several share are counted for each.", "bytes", ("process",),
        ),
        Metric(
            f"{prefix}_process_cpu_seconds_total", "counter", "Processor time that each process has used.", "seconds",
            ("process",),
        ),
        Metric(f"{prefix}_process_open_files", "gauge", "Files and sockets that are open.", "", ("process",)),
    )  # fmt: skip


def samples(prefix: str, pids: Mapping[str, int | None]) -> dict[Key, Value]:
    """Of these processes, by name; of those that have just ended none."""
    found: dict[Key, Value] = {}
    for name, pid in pids.items():
        try:
            with open(f"/proc/{pid}/statm") as statm, open(f"/proc/{pid}/stat") as stat:
                resident, ticks = int(statm.read().split()[1]), stat.read().rpartition(")")[2].split()[11:13]
            files = len(os.listdir(f"/proc/{pid}/fd"))
        except (OSError, IndexError):
            continue
        found[f"{prefix}_process_resident_memory_bytes", (name,)] = resident * os.sysconf("SC_PAGE_SIZE")
        found[f"{prefix}_process_cpu_seconds_total", (name,)] = sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
        found[f"{prefix}_process_open_files", (name,)] = files
    return found
