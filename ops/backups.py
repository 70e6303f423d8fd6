"""Backups in their folder: made one at a time, whole and on the disk or not there at all, and how many are kept.

It does not know what is in one.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ops.embedded.disk import sync

PREFIX = "skytally-"
FACTS = "backup.json"
"""What each has, written last."""
_LOCK = f".{PREFIX}lock"


class BackupError(Exception):
    """A backup can not be made or used. The message says what to do."""


@contextmanager
def making(folder: Path, name: str) -> Iterator[Path]:
    """An empty folder for the block to fill, which is a backup of this name below `folder` after it.

    What one left that was cut off is removed. Raises BackupError while another is being made there.
    """
    half = folder / f".{name}.half"
    try:
        with suppress(FileExistsError):
            folder.mkdir(parents=True, mode=0o700)
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise BackupError(f"no backup can be written to {folder}: {(error.strerror or str(error)).lower()}") from error
    try:
        _take(lock, folder)
        for old in folder.glob(f".{PREFIX}*.half"):
            shutil.rmtree(old)
        half.mkdir(mode=0o700)
        yield half
        for path in [*half.iterdir(), half]:
            sync(path)  # older ones may be removed for it
        half.rename(folder / name)
        sync(folder)
    finally:
        os.close(lock)


def keep(folder: Path, count: int) -> list[Path]:
    """Remove all but the newest; those that went."""
    old = sorted(path for path in folder.glob(f"{PREFIX}*") if (path / FACTS).is_file())[:-count]
    for path in old:
        shutil.rmtree(path)
    return old


def _take(lock: int, folder: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise BackupError(f"another backup is being made in {folder}: try again when it is done") from error
