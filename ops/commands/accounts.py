"""`skytally accounts`: the operator's opt-out list. Whoever is on it is counted and not shown."""

from __future__ import annotations

import argparse

import psycopg

from collector.names import Names
from collector.post import is_did
from ops import exits
from ops.database import database
from ops.problem import Problem
from ops.settings import Settings
from sql.migrate import check
from sql.session import connect

HELP = (
    "hide, show: put accounts on the opt-out list or take them off it; hidden: who is on it; purges: how far the purge "
    "of deleted accounts is."
)
_PURGES = """
select
  count(*) filter (where done_at is null),
  count(*) filter (where done_at is not null),
  (select count(*) from purged_table),
  (select count(*) from purgeable())
from purge
"""
EXAMPLE = "skytally accounts hide did:plc:ewvi7nxzyoun6zhxrhs64oiz"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["hide", "show", "hidden", "purges"], help="what to do")
    parser.add_argument("dids", nargs="*", metavar="DID", help="the accounts to hide or to show again")


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    dids: list[str] = arguments.dids
    _refuse(arguments.what, dids)
    with database(settings.database, existing=True) as where, connect(where.conninfo, None, "accounts") as connection:
        check(connection)
        if dids:
            hidden = arguments.what == "hide"
            changed = _set(connection, dids, hidden=hidden)
            print(f"{changed} of {len(dids)} accounts are {'hidden' if hidden else 'shown'} from now on")
            return exits.OK
        if arguments.what == "purges":
            print(_purges(connection))
            return exits.OK
        for (did,) in connection.execute("select did from account where hidden order by did"):
            print(did)
    return exits.OK


def _refuse(what: str, dids: list[str]) -> None:
    if (what in ("hidden", "purges")) == bool(dids):
        raise Problem(f"accounts {what} takes {'no' if dids else 'one or more'} DIDs", exits.USAGE)
    for did in dids:
        if not is_did(did):
            raise Problem(f"{did} is no DID; allowed: did:plc:... or did:web:...", exits.USAGE)


def _purges(connection: psycopg.Connection) -> str:
    """How far the purge in work is, and how many accounts were purged."""
    row = connection.execute(_PURGES).fetchone()
    assert row is not None
    in_work, done, tables, of = row
    now = f"{in_work:,} accounts in work, {tables} of {of} tables done" if in_work else "none in work"
    return f"{now}; {done:,} accounts purged"


def _set(connection: psycopg.Connection, dids: list[str], *, hidden: bool) -> int:
    """How many that changes. An account that nothing is known of yet is hidden too, should it ever come."""
    names = Names(connection)
    ids = [names.account(did) for did in dids]
    names.flush()
    if not hidden:
        connection.execute("update purge set forgotten = false where account = any (%s)", (ids,))
    query = "update account set hidden = %s where id = any (%s) and hidden <> %s"
    return connection.execute(query, (hidden, ids, hidden)).rowcount
