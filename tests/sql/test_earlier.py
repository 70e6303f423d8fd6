"""Every earlier version's database, as that version filled it, is migrated, right, and gone on with."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.audit import audit
from sql.migrate import migrations
from sql.session import connect
from tests.collector.test_end_to_end import served
from tests.collector.test_supervisor import collecting
from tests.ops.command import skytally
from tests.ops.test_backup import emptiness
from tests.sql.earlier import EVENTS, FOLDER, NETWORK, make, write_counted
from tests.sql.schema import schema_of


@pytest.fixture(params=["this version", *sorted(path.name for path in FOLDER.glob("*"))])
def backup(request: pytest.FixtureRequest, server: str, tmp_path: Path) -> Path:
    """Of each version that was released, and of this one, for which there is nothing to migrate."""
    if request.param != "this version":
        return FOLDER / str(request.param)
    with emptiness(server) as conninfo:
        make(conninfo, tmp_path / "backup")
    return tmp_path / "backup"


def test_a_database_of_an_earlier_version_is_migrated_right_and_gone_on_with(
    server: str, backup: Path, tmp_path: Path, conninfo: str
) -> None:
    counted, more = tmp_path / "counted.jsonl", tmp_path / "more.jsonl"
    write_counted(counted)
    write_counted(more, 2 * EVENTS)
    with connect(conninfo, None, "tests") as database:
        fresh = schema_of(database)
    with emptiness(server) as conninfo, connect(conninfo, None, "tests") as database:
        assert skytally("restore", backup, DATABASE_URL=conninfo).code == 0
        before = {name for (name,) in database.execute("select name from migration").fetchall()}
        migrated = skytally("migrate", DATABASE_URL=conninfo, SKYTALLY_NETWORK=NETWORK)
        assert (migrated.code, migrated.err) == (0, "")
        rest = [migration.name for migration in migrations() if migration.name not in before]
        assert migrated.out == (
            f"applied {', '.join(rest)}\n" if rest else "nothing to apply: the schema is this version's\n"
        )
        assert schema_of(database) == fresh
        assert audit(database, [counted]).diff == 0
        with served(more) as url, collecting(conninfo, url, "--until-idle", "1") as collector:
            collector.end()
        report = audit(database, [more])
    assert report.diff == 0, report.text()
