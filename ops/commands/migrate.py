"""`skytally migrate`: bring the database to this version's schema."""

from __future__ import annotations

import argparse

from ops import exits
from ops.database import database
from ops.settings import Settings
from sql.migrate import migrate

HELP = "Bring the database to this version's schema (forward only; the way back is a backup)."
EXAMPLE = "DATABASE_URL=postgresql:///skytally skytally migrate"


def add(parser: argparse.ArgumentParser) -> None:
    pass


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    with database(settings.database) as where:
        done = migrate(where.conninfo, settings.collector.network)
    print(f"applied {', '.join(done)}" if done else "nothing to apply: the schema is this version's")
    return exits.OK
