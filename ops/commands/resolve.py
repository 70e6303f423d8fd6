"""`skytally resolve`: the resolver alone."""

from __future__ import annotations

import argparse

from ops import exits
from ops.database import database
from ops.names import resolve
from ops.problem import Problem
from ops.settings import Settings
from sql.migrate import check
from sql.session import connect

HELP = "Ask an AppView what the accounts on boards call themselves, until told to stop."
EXAMPLE = "skytally resolve --appview https://public.api.bsky.app"


def add(parser: argparse.ArgumentParser) -> None:
    pass


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    if not settings.resolver.appview:
        raise Problem("there is no AppView to ask: set --appview", exits.USAGE)
    with database(settings.database, existing=True) as where:
        with connect(where.conninfo, "skytally_resolver", "resolve") as connection:
            check(connection)
        resolve(settings.resolver, where.conninfo, settings.collector.contact)
    return exits.OK
