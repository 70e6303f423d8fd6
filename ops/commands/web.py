"""`skytally web`: the API and the site alone."""

from __future__ import annotations

import argparse

import psycopg

from ops import exits
from ops.companion import until_told
from ops.database import database
from ops.service import Service
from ops.settings import Settings
from ops.website import listener_of, website
from sql.session import connect, is_refusal

HELP = "Serve the API and the site."
EXAMPLE = "skytally web --web-port 8420"


def add(parser: argparse.ArgumentParser) -> None:
    pass


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    listener = listener_of(settings.web)
    with database(settings.database) as where:
        _check(where.conninfo)
        told = until_told()
        service = Service()
        with website(settings.web, where.conninfo, listener) as site:
            while not told.wait(0.5):
                site.look_after()
                if site.gets_on():
                    service.ready()
                    service.gets_on()
            service.stopping()
    return exits.OK


def _check(conninfo: str) -> None:
    """A password or a role that will not do is said at once; a database that is merely away may come back."""
    try:
        connect(conninfo, "skytally_web", "web").close()
    except psycopg.OperationalError as error:
        if is_refusal(error):
            raise
