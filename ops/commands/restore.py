"""`skytally restore`: a backup into an empty database."""

from __future__ import annotations

import argparse
from pathlib import Path

from ops import exits
from ops.backups import BackupError
from ops.database import database
from ops.display import Display
from ops.problem import Problem
from ops.restore import restore
from ops.settings import Settings

HELP = "Bring a backup into an empty database. The collector then goes on from its checkpoint, if hosts still have it."
EXAMPLE = "skytally restore /var/backups/skytally/skytally-20261128T034000Z --data-dir ./restored"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("backup", type=Path, metavar="BACKUP", help="the folder that `skytally backup` printed")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    display, pg_bin = Display(), settings.database.pg_bin
    try:
        with database(settings.database) as where:
            facts = restore(
                where.conninfo, arguments.backup, pg_bin=Path(pg_bin) if pg_bin else None, say=display.progress
            )
    except BackupError as error:
        raise Problem(str(error), exits.DATABASE) from error
    display.end()
    upto = f"{facts.watermark:%Y-%m-%d %H:%M:%S}Z" if facts.watermark else "nothing yet"
    print(f"restored {facts.events:,} events of the network {facts.network}, up to {upto}")
    return exits.OK
