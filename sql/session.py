"""A session: one connection with its role, its search path and its limits.

It owns how a part of skytally enters the database. It does not know where the database is or who started it.
"""

from __future__ import annotations

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

SCHEMA = "skytally"
OWNER = "skytally"

# Guard rails; the grants are the fence. A collector that stops in the middle of a transaction (a frozen process)
# must not hold its lanes for long; a web query that takes seconds is a mistake.
LIMITS: dict[str | None, dict[str, str]] = {
    "skytally_collector": {"idle_in_transaction_session_timeout": "30s", "lock_timeout": "10s"},
    "skytally_roller": {"idle_in_transaction_session_timeout": "30s", "lock_timeout": "5s"},
    "skytally_resolver": {
        "idle_in_transaction_session_timeout": "30s",
        "lock_timeout": "5s",
        "statement_timeout": "30s",
    },
    "skytally_web": {
        "default_transaction_read_only": "on",
        "idle_in_transaction_session_timeout": "5s",
        "lock_timeout": "200ms",
        "statement_timeout": "5s",
    },
}
# What libpq says when trying again can not help.
_REFUSALS = ("password authentication failed", "no password supplied", "does not exist", "no pg_hba.conf entry",
             "permission denied")  # fmt: skip


def entry(conninfo: str, role: str | None, part: str, *, connect_timeout_s: int = 10) -> str:
    """The conninfo with which `part` (shown in pg_stat_activity) enters as `role`; None enters as the owner.

    A conninfo without a user enters as the role itself (the embedded server trusts its private socket); otherwise the
    named user takes the role on.
    """
    named = conninfo_to_dict(conninfo).get("user")
    settings = {"search_path": SCHEMA, "timezone": "UTC", **LIMITS.get(role, {})}
    if named and role and named != role:
        settings["role"] = role
    return make_conninfo(
        conninfo,
        user=named or role or OWNER,
        application_name=f"skytally {part}",
        connect_timeout=connect_timeout_s,
        options=" ".join(f"-c {name}={value}" for name, value in settings.items()),
    )


def connect(conninfo: str, role: str | None, part: str) -> psycopg.Connection:
    """Open an autocommit session of `role`. Raises psycopg.OperationalError when the database is away or refuses us."""
    return psycopg.connect(entry(conninfo, role, part), autocommit=True)


def away(error: BaseException) -> str:
    """The one line of a connection error that says what is wrong."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


def is_refusal(error: BaseException) -> bool:
    """Whether a connection error says that it will be the same next time: a password, a role, a database."""
    return any(words in str(error) for words in _REFUSALS)
