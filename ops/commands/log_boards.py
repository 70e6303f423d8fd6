"""`skytally log-boards`: the boards that are counted from the event log, alone."""

from __future__ import annotations

import argparse

from ops import exits
from ops.database import database
from ops.log_boards import make_boards
from ops.settings import Settings
from sql.migrate import check
from sql.session import connect

HELP = "Make the boards that only the event log can tell, by actors and by language, until told to stop."
EXAMPLE = "skytally log-boards"


def add(parser: argparse.ArgumentParser) -> None:
    pass


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    with database(settings.database, existing=True) as where:
        with connect(where.conninfo, None, "log boards") as connection:
            check(connection)
        make_boards(settings.collector.board_rows, where.conninfo)
    return exits.OK
