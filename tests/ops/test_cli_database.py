"""The command on a database: what it does with one, and the one line it says of one it can not use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import orjson
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from benchmarks.recording import Writer
from benchmarks.simulator import Simulation
from sql.migrate import migrations
from tests import databases
from tests.collector.rig import Rig
from tests.ops.command import Ended, skytally

MIGRATIONS = ", ".join(migration.name for migration in migrations())


@pytest.fixture
def named(server: str) -> Iterator[str]:
    """The conninfo of a database that exists, and has nothing in it."""
    with databases.made(server, "bare") as found:
        yield found


@pytest.fixture
def locked(server: str) -> Iterator[str]:
    """The name of a login role that has to say its password, which is 'right'."""
    with psycopg.connect(server, user="postgres", autocommit=True) as connection:
        row = connection.execute("show hba_file").fetchone()
        assert row is not None
        hba = Path(row[0])
        before = hba.read_text()
        connection.execute("create role locked login password 'right'")
        hba.write_text(f"local all locked scram-sha-256\n{before}")
        connection.execute("select pg_reload_conf()")
        yield "locked"
        hba.write_text(before)
        connection.execute("select pg_reload_conf()")
        connection.execute("drop role locked")


def refusals(url: str, *verbs: str) -> set[Ended]:
    """How these verbs end on a database, without their source of events being asked."""
    return {skytally(verb, DATABASE_URL=url, SKYTALLY_NETWORK="test", SKYTALLY_WEB_PORT="0") for verb in verbs}


def one_line(ended: set[Ended]) -> tuple[int, str]:
    """What all of them say, in one line."""
    [(code, out, err)] = ended
    assert (out, err.count("\n")) == ("", 1), ended
    return code, err


def test_migrate_says_what_it_applied_and_the_second_time_that_there_is_nothing(named: str) -> None:
    applied = skytally("migrate", DATABASE_URL=named)
    assert applied == (0, f"applied {MIGRATIONS}\n", "")
    again = skytally("migrate", DATABASE_URL=named)
    assert again == (0, "nothing to apply: the schema is this version's\n", "")


def test_status_and_audit_of_a_bare_database_say_to_migrate(named: str) -> None:
    assert refusals(named, "status", "audit") == {
        (3, "", f"skytally: the schema is not up to date (missing {MIGRATIONS}): run 'skytally migrate'\n"),
        (2, "", "skytally: the following arguments are required: RECORDING; see skytally audit --help\n"),
    }


def test_status_shows_what_has_been_counted_for_people_and_for_programs(conninfo: str, tmp_path: Path) -> None:
    rig = Rig(conninfo, tmp_path)
    lines = [line for _, line in zip(range(200), (line for _, line in Simulation(3).events()), strict=False)]
    rig.hand(*lines, b"not JSON")
    rig.hand(*lines[:5])
    rig.fold()
    rig.close()
    done = skytally("status", DATABASE_URL=conninfo)
    assert (done.code, done.err) == (0, "")
    shown = {line[:33].strip(): line[33:] for line in done.out.splitlines()}
    assert {name: shown[name] for name in ("state", "network", "events total", "duplicates total", "gaps total")} == {
        "state": "stopped",
        "network": "test",
        "events total": "200",
        "duplicates total": "5",
        "gaps total": "0",
    }
    assert shown["quarantined: not_json"] == "1"
    assert re.fullmatch(r"2026-07-04 12:00:00Z", shown["watermark"])
    found = orjson.loads(skytally("status", "--json", DATABASE_URL=conninfo).out)
    assert found["watermark"] == "2026-07-04T12:00:00Z"
    picked = ("events_total", "duplicates_total", "quarantined_total", "quarantine", "source", "events_per_second")
    assert {name: found[name] for name in picked} == {
        "events_total": 200,
        "duplicates_total": 5,
        "quarantined_total": 1,
        "quarantine": {"not_json": 1},
        "source": "test:1/subscribe",
        "events_per_second": 0,
    }
    assert {name.replace("_", " ") for name in found} - {"quarantine"} == set(shown) - {"quarantined: not_json"}


def test_audit_is_0_where_all_is_right_1_where_a_number_differs_and_2_where_there_is_nothing_to_compare(
    conninfo: str, database: psycopg.Connection, tmp_path: Path
) -> None:
    rig = Rig(conninfo, tmp_path)
    lines = [line for _, line in zip(range(200), (line for _, line in Simulation(3).events()), strict=False)]
    rig.hand(*lines)
    rig.fold()
    rig.close()
    recording = tmp_path / "delivered.jsonl.zst"
    with Writer(recording) as writer:
        for line in lines:
            writer.write(line)
    right = skytally("audit", recording, DATABASE_URL=conninfo)
    assert (right.code, right.out.split(" ")[0]) == (0, "diff=0")
    database.execute("update network_minute set events = events + 1 where operation = 'c' and events = 1")
    wrong = skytally("audit", recording, "--show", 1, DATABASE_URL=conninfo)
    assert (wrong.code, wrong.out.split(" ")[0] == "diff=0") == (1, False)
    assert re.search(
        r"\nnetwork_minute: \d+ differ\n  network_minute [^\n]*: expected \+1 -0, found \+2 -0\n", wrong.out
    )
    missing = skytally("audit", tmp_path / "missing.jsonl", DATABASE_URL=conninfo)
    why = f"cannot read the recording {tmp_path / 'missing.jsonl'}: No such file or directory"
    assert missing == (2, "", f"skytally: {why}\n")


@pytest.mark.parametrize(
    ("verb", "wrong", "said"),
    [
        ("up", {"dbname": "absent"}, 'database "absent" does not exist'),
        ("collect", {"user": "stranger"}, 'role "stranger" does not exist'),
        ("migrate", {"user": "locked", "password": "wrong"}, 'password authentication failed for user "locked"'),
        ("status", {"user": "locked"}, "no password supplied"),
        ("migrate", {"host": "/nonexistent"}, "No such file or directory"),
        ("up", {"host": "127.0.0.1", "port": "1"}, "Connection refused"),
    ],
)
def test_a_database_that_can_not_be_entered_is_one_line_and_exit_code_3(
    conninfo: str, locked: str, verb: str, wrong: dict[str, str], said: str
) -> None:
    code, line = one_line(refusals(make_conninfo(conninfo, **wrong), verb))
    assert code == 3
    assert line.startswith("skytally: the database can not be used: connection ")
    assert said in line
    assert "wrong" not in line


def test_a_database_of_a_newer_version_is_refused_by_every_verb(
    conninfo: str, database: psycopg.Connection, tmp_path: Path
) -> None:
    database.execute("insert into migration (number, name, checksum) values (9999, '9999_future', '')")
    recording = tmp_path / "any.jsonl"
    recording.write_bytes(b"{}\n")
    ended = refusals(conninfo, "migrate", "status", "up")
    ended.add(skytally("audit", recording, DATABASE_URL=conninfo))
    said = "the database has migration 9999_future, which this version does not know: it is newer; upgrade skytally"
    assert one_line(ended) == (3, f"skytally: {said}\n")


def test_a_database_of_another_network_is_refused(conninfo: str) -> None:
    ended = {skytally(verb, DATABASE_URL=conninfo, SKYTALLY_WEB_PORT="0") for verb in ("migrate", "up")}
    said = (
        "this database counts the network 'test', not 'bluesky': use another database, or set SKYTALLY_NETWORK to "
        "the one it counts"
    )
    assert one_line(ended) == (3, f"skytally: {said}\n")


def test_a_user_without_rights_is_told_what_he_lacks(conninfo: str, database: psycopg.Connection) -> None:
    database.execute("create role bystander login")
    try:
        code, line = one_line(refusals(make_conninfo(conninfo, user="bystander"), "migrate"))
        assert (code, "'bystander' may not prepare the database" in line) == (3, True)
        code, line = one_line(refusals(make_conninfo(conninfo, user="bystander"), "status"))
        assert (code, "'bystander' may not use the schema skytally" in line) == (3, True)
    finally:
        database.execute("drop role bystander")


@pytest.mark.parametrize("verb", [("status",), ("doctor",), ("boards", "verify"), ("backup", "backups")])
def test_where_there_is_no_database_none_is_made_to_be_looked_at(tmp_path: Path, verb: tuple[str, ...]) -> None:
    (tmp_path / "demo").mkdir()  # what a demo has beside it is no database
    done = skytally(*verb, SKYTALLY_DATA_DIR=str(tmp_path))
    assert f"there is no database in {tmp_path}" in done.out + done.err
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]
