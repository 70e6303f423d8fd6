"""The database a command works on: our own embedded one, or the one that DATABASE_URL names."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ops import exits
from ops.embedded import embedded, exists
from ops.problem import Problem
from ops.settings import DatabaseSettings

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Database:
    """Where it is, and the disk it fills where that is ours to watch."""

    conninfo: str
    disk: Path | None


@contextlib.contextmanager
def database(settings: DatabaseSettings, *, existing: bool = False) -> Iterator[Database]:
    """A reachable database for as long as the block lasts; the embedded one is started if it has to be.

    `existing`: it is only to be looked at; one that is not there is not made.
    """
    if settings.database_url:
        yield Database(settings.database_url, _watched(settings.database_disk))
        return
    data_dir = Path(settings.data_dir)
    if existing and not exists(data_dir, settings.pg_user or None):
        raise Problem(f"there is no database in {data_dir}", exits.DATABASE)
    with embedded(
        data_dir,
        pg_bin=Path(settings.pg_bin) if settings.pg_bin else None,
        pg_user=settings.pg_user or None,
        log=_log.info,
    ) as conninfo:
        yield Database(conninfo, data_dir)


def _watched(disk: str) -> Path | None:
    if disk and not Path(disk).is_dir():
        raise Problem(f"database_disk {disk} is no directory that can be seen from here", exits.USAGE)
    return Path(disk) if disk else None
