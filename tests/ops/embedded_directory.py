"""A directory for a test's own server: as root, pytest's own ones are closed to Postgres' account."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ops.embedded import wait_until_stopped


@contextlib.contextmanager
def private_directory() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="skytally-test-", dir="/tmp"))
    directory.chmod(0o711)
    try:
        yield directory
    finally:
        assert wait_until_stopped(directory), "a server was left behind"
        shutil.rmtree(directory)
