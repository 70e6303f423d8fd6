"""`skytally up`: everything on this machine, from the live network to the site."""

from __future__ import annotations

import argparse

from ops.commands.collect import collect
from ops.database import database
from ops.display import Display
from ops.settings import Settings
from ops.website import Website, listener_of
from sql.migrate import migrate

HELP = "Run everything: collector, database and site, on the live network."
EXAMPLE = "skytally up --web-port 8420"


def add(parser: argparse.ArgumentParser) -> None:
    pass


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    display = Display()
    listener = listener_of(settings.web)  # first, so that a taken port is said before anything is made
    with database(settings.database) as where:
        migrate(where.conninfo, settings.collector.network)
        with Website(settings.web, where.conninfo, listener, display.say) as website:
            return collect(settings, where, display, also=website.look_after)
