"""A database that is away: nobody is let in, and whoever was in is thrown out. It knows nothing of who asks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

_THROW_OUT = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s"


@contextmanager
def away(conninfo: str) -> Iterator[None]:
    """Of an embedded server, whose superuser its own user is."""
    name = str(conninfo_to_dict(conninfo)["dbname"])
    allow = sql.SQL("alter database {name} with allow_connections {allowed}")
    with psycopg.connect(make_conninfo(conninfo, dbname="postgres", user="postgres"), autocommit=True) as superuser:
        superuser.execute(allow.format(name=sql.Identifier(name), allowed=sql.SQL("false")))
        superuser.execute(_THROW_OUT, (name,))
        try:
            yield
        finally:
            superuser.execute(allow.format(name=sql.Identifier(name), allowed=sql.SQL("true")))
