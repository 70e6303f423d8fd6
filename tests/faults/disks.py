"""Faults of the disk: nearly full, and full; on a small one that is mounted for the run, which only root can."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ops.embedded import embedded
from sql.migrate import migrate
from tests.faults.run import Fault
from tests.faults.server import NETWORK
from tests.faults.stage import NotFired, NotHere, Stage
from tests.ops.embedded_directory import private_directory

_DISK_MIB = 320
_LIMIT_MIB = 100
_SETTINGS = {"max_wal_size": "64MB", "min_wal_size": "32MB"}
_SPAN_S = 4.0
_PAUSE_S = 0.8


def nearly_full(stage: Stage) -> None:
    """Reading pauses before the disk is full, nothing is lost, and it goes on when there is room again."""
    stage.settings["disk-free-mib-min"] = str(_LIMIT_MIB)
    filling = fill(stage, _LIMIT_MIB - 20)
    stage.expect("reading is paused")
    time.sleep(_PAUSE_S)  # what had been received is counted
    before = stage.watch.now
    time.sleep(_PAUSE_S)
    assert stage.watch.now == before, "it went on counting"
    filling.unlink()
    stage.expect("reading again")
    stage.end()
    assert stage.watch.now.events > before.events, "it was full when all was counted"


def full(stage: Stage) -> None:
    """Without the pause: Postgres has no room for rows or for its log; nothing is blamed on a row for it."""
    stage.settings["disk-free-mib-min"] = "0"
    filling = fill(stage, 0)
    stage.expect("No space left on device")
    time.sleep(stage.random.uniform(0.2, 1.5))
    stage.struck()
    filling.unlink()
    stage.end()


def fill(stage: Stage, left_mib: int) -> Path:
    """Begin on a small disk, and leave so little of it in mid-stream; the file that fills it."""
    directory = stage.stack.enter_context(small_disk())
    conninfo = stage.stack.enter_context(embedded(directory, settings=_SETTINGS, linger_s=0, log=lambda _: None))
    migrate(conninfo, NETWORK)
    stage.use(conninfo, directory)
    stage.play(span_s=_SPAN_S)
    stage.collect()
    stage.reach(stage.random.uniform(0.1, 0.3))
    filling = directory / "filling"
    with filling.open("wb", buffering=0) as file, suppress(OSError):
        while (free := shutil.disk_usage(directory).free - (left_mib << 20)) > 0:
            file.write(bytes(min(free, 1 << 20)))
    if shutil.disk_usage(directory).free >> 20 > left_mib:
        raise NotFired("the disk was not filled")
    return filling


@contextmanager
def small_disk() -> Iterator[Path]:
    """A directory that holds no more than a little."""
    if os.geteuid() != 0:
        raise NotHere("only root can mount a small disk")
    with private_directory() as root:
        mounting = ["mount", "-t", "tmpfs", "-o", f"size={_DISK_MIB}m,mode=0711", "tmpfs", str(root)]
        if subprocess.run(mounting, capture_output=True, check=False).returncode:
            raise NotHere("no small disk can be mounted here")
        try:
            yield root
        finally:
            stop_using(root)


def stop_using(root: Path) -> None:
    """Unmount, once the server has let go."""
    for _ in range(100):
        if not subprocess.run(["umount", str(root)], capture_output=True, check=False).returncode:
            return
        time.sleep(0.1)
    raise AssertionError(f"{root} is in use for ever")


FAULTS = [Fault("disk nearly full", nearly_full, runs=1), Fault("disk full", full, traces=True)]
