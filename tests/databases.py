"""Databases of a test's own, on a server that other tests use too: made by their owner, dropped whatever is in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import sql
from psycopg.conninfo import make_conninfo

from sql.session import connect


@contextmanager
def made(server: str, name: str, template: str = "") -> Iterator[str]:
    """The conninfo of a database with nothing in it, or of a copy of one that nobody uses just now."""
    create(server, name, template)
    try:
        yield make_conninfo(server, dbname=name)
    finally:
        drop(server, name)


def create(server: str, name: str, template: str = "") -> None:
    # copied as files: what is not kept need not go through the log, which takes ten times as long
    copied = sql.SQL(" template {} strategy file_copy").format(sql.Identifier(template)) if template else sql.SQL("")
    with connect(server, None, "tests") as connection:
        connection.execute(sql.SQL("create database {}{}").format(sql.Identifier(name), copied))


def drop(server: str, name: str) -> None:
    # as the superuser: only it may end an autovacuum that is at work there
    with connect(make_conninfo(server, user="postgres"), None, "tests") as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
