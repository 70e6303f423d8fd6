"""A session: one connection with its role, its search path and its limits.

It owns how a part of skytally enters the database. It does not know where the database is or who started it.
"""

from __future__ import annotations

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

SCHEMA = "skytally"

# Guard rails; the grants are the fence. A collector that stops in the middle of a transaction (a frozen process)
# must not hold its lanes for long; a web query that takes seconds is a mistake.
LIMITS: dict[str, dict[str, str]] = {
    "skytally_collector": {"idle_in_transaction_session_timeout": "30s", "lock_timeout": "10s"},
    "skytally_roller": {"idle_in_transaction_session_timeout": "30s", "lock_timeout": "5s"},
    "skytally_web": {
        "default_transaction_read_only": "on",
        "idle_in_transaction_session_timeout": "5s",
        "lock_timeout": "200ms",
        "statement_timeout": "5s",
    },
}


def connect(conninfo: str, role: str | None, part: str, *, connect_timeout_s: int = 10) -> psycopg.Connection:
    """Open an autocommit session of `role` for `part` (shown in pg_stat_activity).

    A conninfo without a user enters as the role itself (the embedded server trusts its private socket);
    otherwise the named user takes the role on. `role` None enters as the owner.
    Raises psycopg.OperationalError when the database is away or refuses us.
    """
    named = conninfo_to_dict(conninfo).get("user")
    full = make_conninfo(
        conninfo,
        user=named or role or "skytally",
        application_name=f"skytally {part}",
        connect_timeout=connect_timeout_s,
    )
    connection = psycopg.connect(full, autocommit=True)
    try:
        if named and role and named != role:
            connection.execute(sql.SQL("set role {}").format(sql.Identifier(role)))
        for name, value in {"search_path": SCHEMA, "timezone": "UTC", **LIMITS.get(role or "", {})}.items():
            connection.execute("select set_config(%s, %s, false)", (name, value))
    except BaseException:
        connection.close()
        raise
    return connection


def away(error: BaseException) -> str:
    """The one line of a connection error that says what is wrong."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
