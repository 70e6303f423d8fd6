"""Restoring: a backup into an empty database, from which the collector goes on.

What was cut off half way lacks the tables of tallies, so nothing can count into it; it has to be made anew. It knows
pg_restore, and not where a database is.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg

from ops.backup import DATABASE_DUMP, FOLLOWS, TALLIES_DUMP, Facts, facts_of, run
from ops.backups import BackupError
from ops.embedded.binaries import client
from sql import statement
from sql.migrate import migrations
from sql.session import SCHEMA, connect


def restore(conninfo: str, backup: Path, *, pg_bin: Path | None, say: Callable[[str], None]) -> Facts:
    """Bring a backup into the empty database. Raises BackupError, psycopg.Error."""
    facts = facts_of(backup)
    if newer := [name for name in facts.migrations if name not in {m.name for m in migrations()}]:
        raise BackupError(f"{backup} has migration {newer[0]}, which this version does not know: use {facts.version}")
    with connect(conninfo, None, "restore") as connection:
        _refuse_unless_empty(connection)
        connection.execute(statement("roles"))
        major = max(facts.server, connection.info.server_version // 10_000)
        program = client("pg_restore", major, pg_bin)
        command: list[str | Path] = [program, "--no-owner", "--exit-on-error", "--single-transaction"]
        say("everything but tallies")
        run(conninfo, [*command, backup / DATABASE_DUMP])
        _cut_log(connection, facts, backup)
        say("tallies")
        run(conninfo, [*command, backup / TALLIES_DUMP])
        _forget_places(connection)
        connection.execute("analyze")
    return facts


def _refuse_unless_empty(connection: psycopg.Connection) -> None:
    if connection.execute("select from pg_namespace where nspname = %s", (SCHEMA,)).fetchone() is not None:
        name = connection.info.dbname
        raise BackupError(f"the database {name} is not empty: drop it and create it, or restore into another one")


def _forget_places(connection: psycopg.Connection) -> None:
    """Places in the order of commits were those of another server, from which nobody can go on here; a backup of an
    earlier version has none."""
    has = "select from pg_attribute where attrelid = 'fold'::regclass and attname = 'folded'"
    if connection.execute(has).fetchone() is not None:
        connection.execute("update fold set folded = default, ticks_forgotten = pg_current_xact_id()")


def _cut_log(connection: psycopg.Connection, facts: Facts, backup: Path) -> None:
    """Where days of the log were left out, say so as the disk budget would have; their follows stay known."""
    if not facts.left_out:
        return
    with connection.transaction():
        for day in facts.left_out:
            connection.execute("select drop_day('event', %s)", (day,))
        with (backup / FOLLOWS).open("rb") as file, connection.cursor().copy("copy old_follow from stdin") as copy:
            while data := file.read(1 << 20):
                copy.write(data)
        log_from = "update fold set log_from = greatest(log_from, %s::date + 1)"
        connection.execute(log_from, (max(facts.left_out),))
