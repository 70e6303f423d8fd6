"""`skytally web`: the API and the site alone."""

from __future__ import annotations

import argparse
import sys

from ops import exits
from ops.database import database
from ops.settings import Settings
from ops.website import listener_of
from web.serve import address_of, serve

HELP = "Serve the API and the site."
EXAMPLE = "skytally web --web-port 8420"


def add(parser: argparse.ArgumentParser) -> None:
    pass


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    listener = listener_of(settings.web)
    with database(settings.database) as where:
        print(f"serving {address_of(listener)}", file=sys.stderr, flush=True)
        serve(settings.web, where.conninfo, listener)
    return exits.OK
