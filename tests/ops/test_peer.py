"""PostgreSQL of the distribution, entered by who one is: the lines of ops/postgres, on a real server."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from sql.session import connect

POSTGRES = Path(__file__).parents[2] / "ops" / "postgres"


def lines(name: str) -> list[list[str]]:
    """The words of every line that says something."""
    text = (POSTGRES / name).read_text()
    return [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def written(path: Path, text: str, connection: psycopg.Connection) -> str:
    """What stood there before."""
    before = path.read_text()
    path.write_text(text)
    connection.execute("select pg_reload_conf()")
    return before


@pytest.fixture(params=["skytally", "skytally_web", "skytally_resolver", "postgres", "root"])
def entered(server: str, conninfo: str, request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """An account, which whoever runs this is taken for, and the conninfo of a database that is entered like that."""
    me = getpass.getuser()
    ident = [" ".join(["skytally", me, role]) for _, user, role in lines("pg_ident.conf") if user == request.param]
    database = psycopg.conninfo.conninfo_to_dict(conninfo)["dbname"]
    hba = [" ".join(["local", str(database), *rest]) for _, _, *rest in lines("pg_hba.conf")]
    with psycopg.connect(server, user="postgres", autocommit=True) as connection:
        files = {}
        for name, text in (("ident_file", "\n".join(ident)), ("hba_file", "\n".join(hba))):
            row = connection.execute(f"show {name}".encode()).fetchone()
            assert row is not None
            path = Path(row[0])
            files[path] = written(path, text + "\n" + (path.read_text() if name == "hba_file" else ""), connection)
        yield str(request.param), conninfo
        for path, text in files.items():
            written(path, text, connection)


def test_each_account_enters_as_its_own_roles_and_as_no_other(entered: tuple[str, str]) -> None:
    account, conninfo = entered
    may = {role for _, user, role in lines("pg_ident.conf") if user == account}
    assert may, "else who makes the roles, or looks after them, is kept out of the database"
    for role in ("skytally", "skytally_collector", "skytally_roller", "skytally_web", "skytally_resolver", "postgres"):
        where = make_conninfo(conninfo, user=role) if role in ("skytally", "postgres") else conninfo
        part = None if role in ("skytally", "postgres") else role
        if role in may:
            with connect(where, part, "tests") as connection:
                assert connection.execute("select current_user").fetchone() == (role,)
        else:
            with pytest.raises(psycopg.OperationalError, match=r"Peer authentication failed"):
                connect(where, part, "tests")
