"""Numbered migrations, applied once each and in order, under an advisory lock.

It owns the shape of the database and the rows of table metric, and refuses a database that is newer than this code or
that counts another network. Forward only: the way back is a restored backup.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from sql import HERE, statement
from sql.metrics import Metric
from sql.session import SCHEMA, away, connect

MIGRATIONS = HERE / "migrations"
ROLES = ("skytally_collector", "skytally_roller", "skytally_resolver", "skytally_web")


class SchemaError(Exception):
    """The database is not one this code can use. The message says what to do; retrying does not help."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of sql/migrations: its number, its name and the SHA-256 of its text."""

    number: int
    name: str
    text: LiteralString
    checksum: str


def migrations(folder: Path = MIGRATIONS) -> list[Migration]:
    """Every migration this code has, lowest number first."""
    found = []
    for path in sorted(folder.glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        found.append(
            Migration(
                int(path.name.split("_", 1)[0]),
                path.stem,
                text,
                hashlib.sha256(text.encode()).hexdigest(),
            )
        )
    return found


def migrate(conninfo: str, network: str) -> list[str]:
    """Bring the database to this code's schema and bind it to `network`; return the names applied now.

    Safe to call from several processes at once. Raises SchemaError for a newer or altered schema, another
    network's database, or missing rights; psycopg.OperationalError when the database is away.
    """
    with connect(conninfo, None, "migrate") as connection:
        _check_version(connection)
        try:
            return _apply(connection, network)
        except psycopg.errors.InsufficientPrivilege as error:
            user = connection.info.user
            raise SchemaError(
                f"user {user!r} may not prepare the database: {away(error)}; let this user own the "
                f"database, and a superuser run sql/roles.sql and: grant {', '.join(ROLES)} to {user}"
            ) from error


def check(connection: psycopg.Connection, network: str | None = None) -> None:
    """Raise SchemaError unless the database has exactly this code's schema (and counts `network`)."""
    try:
        applied = _applied(connection)
    except psycopg.errors.UndefinedTable:
        _check_rights(connection)
        applied = {}
    if not applied:
        _check_whole(connection)
    missing = [m.name for m in migrations() if m.number not in applied]
    if missing:
        raise SchemaError(f"the schema is not up to date (missing {', '.join(missing)}): run 'skytally migrate'")
    _check_applied(applied)
    if missing := _missing_metrics(connection):
        raise SchemaError(f"the metrics are not up to date (missing {', '.join(missing)}): run 'skytally migrate'")
    if network is not None:
        _bind(connection, network)


def _check_rights(connection: psycopg.Connection) -> None:
    """A schema that a user may not enter looks to him as if it were not there."""
    row = connection.execute(
        "select has_schema_privilege(oid, 'usage') from pg_namespace where nspname = %s", (SCHEMA,)
    ).fetchone()
    if row is not None and not row[0]:
        user = connection.info.user
        raise SchemaError(
            f"user {user!r} may not use the schema {SCHEMA}: let its owner grant {', '.join(ROLES)} to {user}"
        )


def _check_whole(connection: psycopg.Connection) -> None:
    """Migrations come all or none: tables without any can only be what a restore left."""
    query = """
        select from pg_class
        where relnamespace = (select oid from pg_namespace where nspname = %s) and relkind in ('r', 'p')
          and relname <> 'migration'
    """
    if connection.execute(query, (SCHEMA,)).fetchone() is not None:
        raise SchemaError(
            f"the schema {SCHEMA} is half there, as a restore leaves it that was cut off: "
            f"drop schema {SCHEMA} cascade, and restore again"
        )


def _check_version(connection: psycopg.Connection) -> None:
    if not 150000 <= connection.info.server_version < 190000:
        raise SchemaError(f"PostgreSQL {connection.info.server_version // 10000} is not supported: 15 to 18 are")


def _apply(connection: psycopg.Connection, network: str) -> list[str]:
    done = []
    with connection.transaction():
        connection.execute(statement("roles"))
        connection.execute("select pg_advisory_xact_lock(hashtext('skytally migrate'))")
        connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(SCHEMA)))
        connection.execute(
            "create table if not exists migration ("
            " number integer primary key, name text not null, checksum text not null,"
            " applied_at timestamptz not null default now())"
        )
        connection.execute(
            sql.SQL("grant select on migration to {}").format(sql.SQL(", ").join(map(sql.Identifier, ROLES)))
        )
        applied = _applied(connection)
        _check_applied(applied)
        for migration in migrations():
            if migration.number in applied:
                continue
            connection.execute(migration.text)
            connection.execute(
                "insert into migration (number, name, checksum) values (%s, %s, %s)",
                (migration.number, migration.name, migration.checksum),
            )
            done.append(migration.name)
        connection.execute(
            "insert into metric (id, name) select * from unnest(%s::smallint[], %s::text[]) on conflict do nothing",
            ([int(metric) for metric in Metric], [metric.key for metric in Metric]),
        )
        _missing_metrics(connection)
        connection.execute("insert into network (name) values (%s) on conflict do nothing", (network,))
        _bind(connection, network)
    return done


def _applied(connection: psycopg.Connection) -> dict[int, tuple[str, str]]:
    rows = connection.execute("select number, name, checksum from migration order by number").fetchall()
    return {number: (name, checksum) for number, name, checksum in rows}


def _check_applied(applied: dict[int, tuple[str, str]]) -> None:
    known = {m.number: m for m in migrations()}
    for number, (name, checksum) in applied.items():
        if number not in known:
            raise SchemaError(
                f"the database has migration {name}, which this version does not know: it is newer; upgrade skytally"
            )
        if known[number].checksum != checksum:
            raise SchemaError(
                f"migration {name} was applied with another text than this version has: "
                "the database belongs to another build; restore a backup or use another database"
            )


def _missing_metrics(connection: psycopg.Connection) -> list[str]:
    """Those that the database lacks. Raises SchemaError where a number means another one there."""
    rows: list[tuple[int, str]] = connection.execute("select id, name from metric").fetchall()
    kept = dict(rows)
    numbers = {name: number for number, name in kept.items()}
    for metric in Metric:
        if kept.get(metric, metric.key) != metric.key or numbers.get(metric.key, metric) != metric:
            raise SchemaError(
                f"the database counts metric {metric.key} under another number than this version ({int(metric)}): "
                "it belongs to another build; restore a backup or use another database"
            )
    return [metric.key for metric in Metric if metric not in kept]


def _bind(connection: psycopg.Connection, network: str) -> None:
    row = connection.execute("select name from network").fetchone()
    if row is None or row[0] != network:
        raise SchemaError(
            f"this database counts the network {row[0] if row else None!r}, not {network!r}: "
            "use another database, or set SKYTALLY_NETWORK to the one it counts"
        )
