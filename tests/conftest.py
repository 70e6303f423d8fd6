"""What tests share: one real Postgres for the session, and a fresh migrated database for each test that asks."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from ops.embedded import embedded
from sql.migrate import migrate
from sql.session import connect

NETWORK = "test"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The conninfo of a running embedded Postgres with a migrated template database."""
    data = tmp_path_factory.mktemp("server")
    # nothing here outlives the session, so nothing has to reach the disk
    with embedded(data, settings={"fsync": "off", "full_page_writes": "off"}) as conninfo:
        with connect(conninfo, None, "tests") as connection:
            connection.execute("create database template_of_tests")
        migrate(make_conninfo(conninfo, dbname="template_of_tests"), NETWORK)
        yield conninfo


@pytest.fixture
def conninfo(server: str) -> Iterator[str]:
    """The conninfo of a fresh, migrated, empty database."""
    name = f"test_{next(_numbers)}"
    with connect(server, None, "tests") as connection:
        connection.execute(f"create database {name} template template_of_tests")  # noqa: S608 - our own counter
    yield make_conninfo(server, dbname=name)
    with connect(server, None, "tests") as connection:
        connection.execute(f"drop database {name} with (force)")


@pytest.fixture
def database(conninfo: str) -> Iterator[psycopg.Connection]:
    """A session of the owner in a fresh, migrated, empty database."""
    with connect(conninfo, None, "tests") as connection:
        yield connection


@pytest.fixture
def recorded() -> Path:
    """Genuine network data beside the checkout; tests that read it are skipped where it is not."""
    folder = Path(__file__).parents[2] / "shared" / "recorded"
    if not folder.is_dir():
        pytest.skip("the genuine recordings (../shared/recorded) are not here")
    return folder
