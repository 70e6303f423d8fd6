"""Migrations: applied once each, by one at a time, to a database that is ours to change."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from sql import migrate as module
from sql.metrics import Metric
from sql.migrate import ROLES, SchemaError, check, migrate, migrations
from sql.session import connect
from tests import databases

NAMES = [migration.name for migration in migrations()]


@pytest.fixture
def fresh(server: str) -> Iterator[str]:
    """The conninfo of an empty database."""
    with databases.made(server, "fresh") as found:
        yield found


@pytest.fixture
def newcomer(server: str, fresh: str) -> Iterator[str]:
    """The conninfo of a user without any rights, but the empty database is his."""
    with psycopg.connect(server, user="postgres", autocommit=True) as connection:
        connection.execute("create role newcomer login")
        connection.execute("alter database fresh owner to newcomer")
        yield make_conninfo(fresh, user="newcomer")
        connection.execute("drop database fresh with (force)")
        connection.execute("create database fresh owner skytally")
        connection.execute("drop role newcomer")


def applied(conninfo: str) -> list[tuple[int, str, str]]:
    with connect(conninfo, None, "tests") as connection:
        return connection.execute("select number, name, checksum from migration order by number").fetchall()


def refused(conninfo: str, network: str = "test") -> str:
    with pytest.raises(SchemaError) as error:
        migrate(conninfo, network)
    return str(error.value)


def test_a_fresh_database_gets_every_migration_once_and_its_network(fresh: str) -> None:
    assert migrate(fresh, "test") == NAMES
    expected = [(m.number, m.name, m.checksum) for m in migrations()]
    assert applied(fresh) == expected
    assert migrate(fresh, "test") == []
    assert applied(fresh) == expected
    with connect(fresh, "skytally_collector", "tests") as connection:
        check(connection, "test")
        assert connection.execute("select name from network").fetchall() == [("test",)]


def test_migrations_are_numbered_from_1_without_a_hole() -> None:
    assert [migration.number for migration in migrations()] == list(range(1, len(NAMES) + 1))


def test_a_metric_that_is_new_is_added_to_a_database_that_has_every_migration(
    conninfo: str, database: psycopg.Connection
) -> None:
    database.execute("delete from metric where name in ('posts', 'followers')")
    with pytest.raises(SchemaError) as error:
        check(database)
    assert str(error.value) == "the metrics are not up to date (missing posts, followers): run 'skytally migrate'"
    assert migrate(conninfo, "test") == []
    check(database, "test")
    found = database.execute("select name, id from metric").fetchall()
    assert dict(found) == {metric.key: int(metric) for metric in Metric}


@pytest.mark.parametrize(
    "change",
    ["update metric set name = 'mentions' where name = 'posts'", "update metric set id = 99 where name = 'followers'"],
)
def test_a_database_that_counts_something_else_under_a_number_is_refused(
    conninfo: str, database: psycopg.Connection, change: LiteralString
) -> None:
    database.execute(change)
    for look in (lambda: check(database), lambda: migrate(conninfo, "test")):
        with pytest.raises(SchemaError, match="under another number"):
            look()


def test_of_two_that_migrate_at_once_one_does_it_and_the_other_finds_it_done(fresh: str) -> None:
    barrier, done = threading.Barrier(2), []

    def run() -> None:
        barrier.wait()
        done.append(migrate(fresh, "test"))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(done) == [[], NAMES]


def test_a_migration_that_fails_leaves_nothing_behind(
    fresh: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(module.MIGRATIONS, folder)
    (folder / f"{len(NAMES) + 1:04}_broken.sql").write_text("create table half (); select 1 / 0;")
    ours = migrations()
    monkeypatch.setattr(module, "migrations", lambda: migrations(folder))
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(fresh, "test")
    with connect(fresh, None, "tests") as connection:
        assert connection.execute("select from pg_namespace where nspname = 'skytally'").fetchall() == []
    monkeypatch.setattr(module, "migrations", lambda: ours)
    assert migrate(fresh, "test") == NAMES


def test_a_database_that_was_not_migrated_yet_says_what_is_missing(fresh: str) -> None:
    with connect(fresh, None, "tests") as connection, pytest.raises(SchemaError) as error:
        check(connection)
    said = f"the schema is not up to date (missing {', '.join(NAMES)}): run 'skytally migrate'"
    assert str(error.value) == said


@pytest.mark.parametrize("cut_off", ["delete from migration", "drop table migration"])
def test_what_a_restore_left_that_was_cut_off_is_not_to_be_migrated(database: psycopg.Connection, cut_off: str) -> None:
    database.execute(cut_off.encode())
    with pytest.raises(SchemaError, match="half there, as a restore leaves it that was cut off: drop schema skytally"):
        check(database)


def test_a_newer_schema_is_refused(conninfo: str, database: psycopg.Connection) -> None:
    database.execute("insert into migration (number, name, checksum) values (9999, '9999_future', '')")
    said = "the database has migration 9999_future, which this version does not know: it is newer; upgrade skytally"
    assert refused(conninfo) == said
    with pytest.raises(SchemaError, match="9999_future"):
        check(database)


def test_a_migration_with_another_text_is_refused(conninfo: str, database: psycopg.Connection) -> None:
    database.execute("update migration set checksum = 'altered' where number = 2")
    assert refused(conninfo) == (
        f"migration {NAMES[1]} was applied with another text than this version has: "
        "the database belongs to another build; restore a backup or use another database"
    )
    with pytest.raises(SchemaError, match=NAMES[1]):
        check(database)


def test_a_database_of_another_network_is_refused(conninfo: str, database: psycopg.Connection) -> None:
    assert refused(conninfo, "bluesky") == (
        "this database counts the network 'test', not 'bluesky': "
        "use another database, or set SKYTALLY_NETWORK to the one it counts"
    )
    with pytest.raises(SchemaError, match="counts the network 'test', not 'demo'"):
        check(database, "demo")
    check(database, "test")


@pytest.mark.parametrize(("version", "shown"), [(140_019, 14), (190_000, 19)])
def test_a_server_of_another_version_is_refused(
    fresh: str, version: int, shown: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psycopg.ConnectionInfo, "server_version", version)
    assert refused(fresh) == f"PostgreSQL {shown} is not supported: 15 to 18 are"


def test_a_user_without_rights_is_told_what_he_needs_and_with_that_it_works(server: str, newcomer: str) -> None:
    said = refused(newcomer)
    assert said.startswith("user 'newcomer' may not prepare the database: ")  # why is PostgreSQL's to say
    grant = f"grant {', '.join(ROLES)} to newcomer"
    assert said.endswith(f"; let this user own the database, and a superuser run sql/roles.sql and: {grant}")
    with psycopg.connect(server, user="postgres", autocommit=True) as superuser:
        superuser.execute((module.MIGRATIONS.parent / "roles.sql").read_bytes())
        superuser.execute(grant.encode())
    assert migrate(newcomer, "test") == NAMES
    for role in ROLES:  # and every part enters by way of that user
        with connect(newcomer, role, "tests") as connection:
            check(connection, "test")
            assert connection.execute("select current_user").fetchone() == (role,)
