"""`skytally up`: everything on this machine, from the live network to the site."""

from __future__ import annotations

import argparse

from ops.commands.collect import collect
from ops.database import database
from ops.log_boards import log_boards
from ops.names import resolver
from ops.settings import Settings
from ops.website import listener_of, website
from sql.migrate import migrate

HELP = "Run everything: collector, database and site, on the live network."
EXAMPLE = "skytally up --web-port 8420"


def add(parser: argparse.ArgumentParser) -> None:
    pass


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    listener = listener_of(settings.web)  # first, so that a taken port is said before anything is made
    with database(settings.database) as where:
        migrate(where.conninfo, settings.collector.network)
        with (
            website(settings.web, where.conninfo, listener) as sites,
            resolver(settings.resolver, where.conninfo, settings.collector.contact) as names,
            log_boards(settings.collector.board_rows, where.conninfo) as boards,
        ):

            def look_after() -> None:
                for each in (*sites, names, boards):
                    each.look_after()

            return collect(settings, where, also=look_after)
