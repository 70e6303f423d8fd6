"""The place in the order of commits that a session sees: what is not visible from it is new to who looked there."""

from __future__ import annotations

import psycopg

from sql import statement


def place(connection: psycopg.Connection) -> str:
    """As PostgreSQL writes it."""
    row = connection.execute(statement("metrics/place")).fetchone()
    assert row is not None
    return str(row[0])
