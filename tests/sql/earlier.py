"""Databases of earlier versions, filled by what they were: a backup each in tests/sql/earlier, made with a release.

    PYTHONPATH=. .venv/bin/python -m tests.sql.earlier     (of this version, into that folder)

Nobody but the version itself knows what its rows look like, so none is ever made again, and none is changed; the texts
of its migrations must not be either. What was counted follows from a seed, so the recount can judge it years later.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.simulator import write_recording
from ops.backup import back_up
from ops.embedded import embedded
from sql.migrate import migrate
from sql.version import VERSION
from tests.collector.test_end_to_end import collect, served
from tests.ops.embedded_directory import private_directory

FOLDER = Path(__file__).parent / "earlier"
EVENTS, SEED = 1500, 19
NETWORK = "test"


def write_counted(path: Path, events: int = EVENTS) -> None:
    """What such a database has counted; with more events, how it goes on."""
    write_recording(path, events, seed=SEED)


def make(conninfo: str, target: Path) -> None:
    """A backup of the empty database at `conninfo`, which is migrated and counts them first."""
    migrate(conninfo, NETWORK)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        recording = Path(folder) / "counted.jsonl"
        write_counted(recording)
        with served(recording) as url:
            collect(conninfo, url)
        back_up(conninfo, Path(folder), rollups=False, pg_bin=None, say=print).rename(target)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    with private_directory() as data, embedded(data, linger_s=0) as found:
        make(found, FOLDER / VERSION)
