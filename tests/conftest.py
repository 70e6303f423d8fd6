"""What tests share: one real Postgres for the session, and a fresh migrated database for each test that asks."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ops.embedded import embedded
from sql.migrate import migrate
from sql.session import connect
from tests import databases
from tests.ops.embedded_directory import private_directory

NETWORK = "test"
TEMPLATE = "template_of_tests"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The conninfo of a running embedded Postgres with a migrated template database; of whose programs, SKYTALLY_PG_BIN
    says."""
    # nothing here outlives the session, so nothing has to reach the disk
    loose = {"fsync": "off", "full_page_writes": "off"}
    pg_bin = Path(directory) if (directory := os.environ.get("SKYTALLY_PG_BIN")) else None
    with private_directory() as data, embedded(data, settings=loose, pg_bin=pg_bin, linger_s=0) as conninfo:
        databases.create(conninfo, TEMPLATE)
        migrate(make_conninfo(conninfo, dbname=TEMPLATE), NETWORK)
        yield conninfo


@contextmanager
def new_database(server: str, like: str = "") -> Iterator[str]:
    """The conninfo of a fresh, migrated, empty database, or of a copy of what is in one that nobody uses just now."""
    template = conninfo_to_dict(like)["dbname"] if like else TEMPLATE
    with databases.made(server, f"test_{next(_numbers)}", str(template)) as found:
        yield found


@pytest.fixture
def conninfo(server: str) -> Iterator[str]:
    """The conninfo of a fresh, migrated, empty database."""
    with new_database(server) as found:
        yield found


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
