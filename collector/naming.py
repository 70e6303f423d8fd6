"""Writing names: ids, and what they stand for, into one of the tables of names.

One session at a time, so that none meets a name that another has inserted and not committed.
"""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import sql

from collector.errors import Collision
from sql import array_of, statement


def lock_names(connection: psycopg.Connection) -> None:
    """Wait for one's turn, until the end of the transaction."""
    connection.execute("select pg_advisory_xact_lock(hashtext('skytally names'))")


def insert_names(connection: psycopg.Connection, table: str, column: str, names: Mapping[int, str]) -> int:
    """Insert those that are not there; how many. Names have no line break. Raises Collision where an id stands for
    another name already."""
    query = sql.SQL(statement("event/insert_names")).format(table=sql.Identifier(table), name=sql.Identifier(column))
    ids = sorted(names)
    given = {"ids": array_of(ids), "names": "\n".join([names[number] for number in ids])}
    row = connection.execute(query, given).fetchone()
    assert row is not None
    inserted, collision = row
    if collision is not None:
        raise Collision(f"Id {collision} stands for {names[collision]!r} and another name.")
    return int(inserted)
