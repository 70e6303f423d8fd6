"""`skytally forget`: accounts that ask for it, hidden at once and purged."""

from __future__ import annotations

import argparse
import asyncio
import time
from datetime import UTC, datetime

from collector.post import is_did
from ops import exits
from ops.database import database
from ops.display import Display
from ops.forgetting import Forgetting, forget
from ops.problem import Problem
from ops.settings import Settings
from sql.migrate import check
from sql.session import connect
from web.entry import short_hash
from web.purging import purging

HELP = (
    "Forget accounts that ask for it: hide them now, have caches in front forget them, and delete what they did and "
    "received. What comes later is hidden too and goes once a day, until they are shown again (skytally accounts show)."
)
EXAMPLE = "skytally forget did:plc:ewvi7nxzyoun6zhxrhs64oiz"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dids", nargs="+", metavar="DID", help="the accounts")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    for did in arguments.dids:
        if not is_did(did):
            raise Problem(f"{did} is no DID; allowed: did:plc:... or did:web:...", exits.USAGE)
    display, begun = Display(), time.monotonic()
    with database(settings.database, existing=True) as where, connect(where.conninfo, None, "forget") as connection:
        check(connection)
        forgetting = Forgetting(connection, arguments.dids)
        for did in forgetting.unknown:
            display.say(f"nothing is known of {did}; to hide it should it ever come: skytally accounts hide {did}")
        if forgetting.ids:
            forgetting.hide()
            _tell_caches(settings.web.cdn_purge, list(forgetting.ids))
            done = forget(forgetting, lambda left: display.progress(f"purging: {left} tables left"))
            display.end()
            for did in forgetting.ids:
                print(_said(did, done=done, seconds=time.monotonic() - begun))
    return exits.FAILED if forgetting.unknown else exits.OK


def _tell_caches(hook: str, dids: list[str]) -> None:
    """The site tells them too as soon as it notices; here it does not matter whether one runs."""
    if (tell := purging(hook)) is not None:

        async def told() -> None:
            await tell([short_hash(did) for did in dids])

        asyncio.run(told())


def _said(did: str, *, done: bool, seconds: float) -> str:
    """A line to be kept: a backup from before knows nothing of it."""
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if done:
        return f"{did}: hidden, and purged within {seconds:.1f} s, at {now}"
    return (
        f"{did}: hidden; the purge begins when the collector has counted 10 minutes on, and goes on with "
        f"it, or when this is called again ({now})"
    )
