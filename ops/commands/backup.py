"""`skytally backup`: one consistent moment of the database, made while everything runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from ops import exits
from ops.backup import back_up, size_of
from ops.backups import BackupError, keep
from ops.database import database
from ops.display import Display
from ops.problem import Problem
from ops.settings import Settings

HELP = "Write a backup, consistent and compressed, into a folder of its own below DIR, while everything runs."
EXAMPLE = "skytally backup /var/backups/skytally --keep 7"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="where backups are; made if it is not there")
    parser.add_argument("--keep", type=int, metavar="N", help="remove all but the newest N afterwards (default: none)")
    parser.add_argument(
        "--rollups", action="store_true",
        help="leave out what of the event log is older than two days; unlikes of what was liked before are then not "
        "recognised, and interactions of before are not shown",
    )  # fmt: skip


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.keep is not None and arguments.keep < 1:
        raise Problem(f"--keep {arguments.keep} is not allowed; allowed: 1 or more", exits.USAGE)
    display, pg_bin = Display(), settings.database.pg_bin
    try:
        with database(settings.database, existing=True) as where:
            made = back_up(
                where.conninfo, arguments.folder, rollups=arguments.rollups, pg_bin=Path(pg_bin) if pg_bin else None,
                say=display.progress,
            )  # fmt: skip
    except BackupError as error:
        raise Problem(str(error)) from error
    display.end()
    print(f"{made} ({size_of(made) / 1e6:,.1f} MB)")
    for old in keep(arguments.folder, arguments.keep) if arguments.keep else []:
        print(f"removed {old}")
    return exits.OK
