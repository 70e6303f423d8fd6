"""Backups: made while the collector counts, restored elsewhere, and gone on from; the recount finds no difference."""

from __future__ import annotations

import itertools
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from benchmarks.simulator import write_recording
from ops.audit import audit
from ops.backup import facts_of
from ops.backups import PREFIX, making
from ops.place import place
from sql import statement
from sql.session import connect
from tests import databases
from tests.collector.frames import BOB, BOBS, follow, like, post
from tests.collector.rig import Rig
from tests.collector.test_end_to_end import served
from tests.collector.test_supervisor import collecting, events_of, wait_for
from tests.ops.command import skytally

_numbers = itertools.count(1)


@contextmanager
def emptiness(server: str) -> Iterator[str]:
    """The conninfo of a database with nothing in it."""
    with databases.made(server, f"restored_{next(_numbers)}") as found:
        yield found


@pytest.fixture
def empty(server: str) -> Iterator[str]:
    with emptiness(server) as found:
        yield found


def backed_up(conninfo: str, folder: Path, *flags: object) -> Path:
    """The backup that the command makes and names."""
    done = skytally("backup", folder, *flags, DATABASE_URL=conninfo)
    assert done.code == 0, done
    return Path(done.out.split(" (")[0])


@pytest.mark.long
def test_a_backup_under_load_is_restored_elsewhere_and_the_collector_goes_on_there(
    conninfo: str, database: psycopg.Connection, empty: str, tmp_path: Path
) -> None:
    recording = tmp_path / "minute.jsonl.zst"
    write_recording(recording, 30_000, seed=5, poison_share=0.002)
    with served(recording, speed=3) as url:  # a backup is made while it lasts, however slow the machine
        # folds are waited for: a segment is being filled and another folded while it is backed up
        with collecting(conninfo, url, "--fold-interval-s", "0.05") as collector:
            wait_for(lambda: events_of(database) > 3000)
            backup = backed_up(conninfo, tmp_path / "backups")
            counted = facts_of(backup).events
            wait_for(lambda: events_of(database) > counted)
            collector.process.send_signal(signal.SIGTERM)
            collector.end(0)
        assert skytally("restore", backup, DATABASE_URL=empty).out.startswith(f"restored {counted:,} events of ")
        with connect(empty, None, "tests") as restored:
            assert 0 < events_of(restored) == counted < 30_000
            with collecting(empty, url, "--until-idle", "1.5") as collector:
                collector.end()
            report = audit(restored, [recording])
    assert report.diff == 0, report.text()


def test_a_backup_of_rollups_leaves_old_days_of_the_log_out_and_keeps_their_follows_known(
    conninfo: str, empty: str, tmp_path: Path
) -> None:
    day_ms = 86_400_000
    rig = Rig(conninfo, tmp_path)
    rig.hand(follow(BOB), like(BOBS, at=1), at=1)
    for n in range(1, 5):  # a day that retention counts from has a minute with a hundred events
        rig.hand(*(like(BOBS, at=n * day_ms + i) for i in range(120)), at=n * day_ms + 120)
    rig.fold()
    rig.close()
    backup = backed_up(conninfo, tmp_path / "backups", "--rollups")
    left_out = facts_of(backup).left_out
    assert left_out
    assert skytally("restore", backup, DATABASE_URL=empty).code == 0
    with connect(conninfo, None, "tests") as before, connect(empty, None, "tests") as after:

        def of(query: str) -> tuple[object, object]:
            return before.execute(query.encode()).fetchall(), after.execute(query.encode()).fetchall()

        for table in ("account_minute", "account_day", "total_day", "account", "fold", "lane"):
            columns = "*" if table != "fold" else "watermark, hours_to, days_to, segment"
            was, now = of(f"select {columns} from {table} order by 1, 2, 3, 4")
            assert was == now, table
        assert of("select count(*) from old_follow") == ([(0,)], [(1,)])
        days = of("select distinct (time at time zone 'UTC')::date from event order by 1")
        assert days[1] == [day for day in days[0] if day[0] not in left_out]  # type: ignore[attr-defined]
        assert of("select log_from from fold")[1] == [(days[1][0][0],)]


def test_nobody_goes_on_in_a_restored_database_from_a_place_in_another(
    conninfo: str, empty: str, tmp_path: Path
) -> None:
    """What was counted between that place and the backup is in no tick."""
    with closing(Rig(conninfo, tmp_path)) as rig:
        elsewhere = place(rig.owner)
        rig.hand(post(BOB, langs=["en"]))
    backup = backed_up(conninfo, tmp_path / "backups")
    assert skytally("restore", backup, DATABASE_URL=empty).code == 0
    with connect(empty, None, "tests") as restored:
        here = place(restored)
        for after, complete in ((elsewhere, False), (here, True)):
            row = restored.execute(statement("query/ticks"), {"after": after, "upto": None}).fetchone()
            assert row is not None
            assert row[3] is complete


def test_the_database_knows_its_last_backup_and_one_that_fails_changes_nothing(
    conninfo: str, database: psycopg.Connection, tmp_path: Path
) -> None:
    backed_up(conninfo, tmp_path / "before")
    backup = backed_up(conninfo, tmp_path / "backups")
    size = sum(path.stat().st_size for path in backup.iterdir())
    known = [(facts_of(backup).made_at, size)]
    assert database.execute("select at, bytes from last_backup").fetchall() == known
    (tmp_path / "file").write_text("no folder")
    assert skytally("backup", tmp_path / "file", DATABASE_URL=conninfo).code == 1
    assert database.execute("select at, bytes from last_backup").fetchall() == known


def test_only_the_newest_are_kept_and_what_was_cut_off_goes(conninfo: str, tmp_path: Path) -> None:
    for stamp in ("20250101T000000Z", "20250102T000000Z"):
        made = backed_up(conninfo, tmp_path)
        made.rename(tmp_path / f"{PREFIX}{stamp}")
    (tmp_path / f".{PREFIX}20250103T000000Z.half").mkdir()
    (tmp_path / "skytally-notes").mkdir()
    newest = backed_up(conninfo, tmp_path, "--keep", 2)
    assert {path.name for path in tmp_path.iterdir()} == {
        f"{PREFIX}20250102T000000Z", newest.name, "skytally-notes", f".{PREFIX}lock",
    }  # fmt: skip


def test_two_are_not_made_at_once_in_one_place(conninfo: str, tmp_path: Path) -> None:
    with making(tmp_path, f"{PREFIX}20250101T000000Z") as half:
        (half / "file").write_text("being written")
        done = skytally("backup", tmp_path, DATABASE_URL=conninfo)
        said = f"skytally: another backup is being made in {tmp_path}: try again when it is done\n"
        assert (done.code, done.err.splitlines(keepends=True)[-1]) == (1, said)
    assert [path.name for path in tmp_path.glob("*/*")] == ["file"]


def test_a_place_that_can_not_be_written_to_is_one_line(conninfo: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = skytally("backup", tmp_path / "file", DATABASE_URL=conninfo)
    assert (done.code, done.err) == (1, f"skytally: no backup can be written to {tmp_path}/file: not a directory\n")


def test_what_can_not_be_restored_is_one_line_and_exit_code_3(conninfo: str, empty: str, tmp_path: Path) -> None:
    backup = backed_up(conninfo, tmp_path)
    full = skytally("restore", backup, DATABASE_URL=conninfo)
    assert (full.code, "is not empty: drop it and create it" in full.err) == (3, True)
    absent = skytally("restore", tmp_path / "absent", DATABASE_URL=empty)
    assert (absent.code, "is no backup" in absent.err) == (3, True)
    facts = backup / "backup.json"
    facts.write_text(facts.read_text().replace("0001_checkpoint", "9999_future"))
    newer = skytally("restore", backup, DATABASE_URL=empty)
    assert (newer.code, "has migration 9999_future, which this version does not know" in newer.err) == (3, True)
