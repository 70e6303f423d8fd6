"""`skytally actors`: boards by different acting accounts, alone."""

from __future__ import annotations

import argparse

from ops import exits
from ops.actors import act
from ops.database import database
from ops.settings import Settings
from sql.migrate import check
from sql.session import connect

HELP = "Rank who is on the boards by how many different accounts did it, again and again, until told to stop."
EXAMPLE = "skytally actors"


def add(parser: argparse.ArgumentParser) -> None:
    pass


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    with database(settings.database, existing=True) as where:
        with connect(where.conninfo, None, "actors") as connection:
            check(connection)
        act(settings.collector.board_rows, where.conninfo)
    return exits.OK
