"""A backup: one consistent moment of the database in a folder, made while everything runs.

    database.dump   everything but what is below, as pg_dump writes it (custom format, compressed)
    tallies.dump    tallies that are not folded yet, of the same moment
    follows.copy    where the log is cut short: its follows, which stay known for ever
    backup.json     what it is of

Tallies come first and by themselves: who reads them keeps folds waiting, for seconds here and not for as long as all
the rest takes. It knows pg_dump, and not where a database is, nor how a folder is filled safely (backups.py).
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from collector.retention import LOG_DAYS_MIN
from ops.backups import FACTS, PREFIX, BackupError, making
from ops.embedded.binaries import client
from sql import statement
from sql.migrate import check
from sql.session import connect, entry
from sql.version import VERSION

TALLIES = "skytally.*_tally_*"
DATABASE_DUMP, TALLIES_DUMP, FOLLOWS = "database.dump", "tallies.dump", "follows.copy"
_COMPRESSION = "5"
# Before the snapshot is taken: a fold that truncated a segment after it would show as tallies that were never there.
_LOCK_TALLIES = """
lock table account_tally_0, account_tally_1, term_tally_0, term_tally_1, network_tally_0, network_tally_1
in access share mode
"""
_ABOUT = """
select
  (select name from network),
  (select watermark from fold),
  (select array_agg(migration.name order by number) from migration),
  (select sum(events)::bigint from lane)
"""
# Of a day of the log that is left out, what drop_day would have kept.
_FOLLOWS_OF = """
copy (
  select *
  from {}
  where
    collection = (select id from collection where name = 'app.bsky.graph.follow')
    and operation in ('c', 'd')
) to stdout
"""
_SNAPSHOT = "begin isolation level repeatable read read only"


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup is of."""

    version: str
    made_at: datetime
    server: int
    """The major version of PostgreSQL that it came from."""
    network: str
    watermark: datetime | None
    events: int
    migrations: list[str]
    left_out: list[date]
    """Days of the event log that it has not."""


def back_up(conninfo: str, folder: Path, *, rollups: bool, pg_bin: Path | None, say: Callable[[str], None]) -> Path:
    """Make one in a new folder below this one, and have the database know of it; what is cut off half way is not left
    under its name.

    `rollups`: of the event log only the last days, without which nothing could go on from the checkpoint.
    Raises BackupError, psycopg.Error.
    """
    made_at = datetime.now(UTC)
    name = f"{PREFIX}{made_at:%Y%m%dT%H%M%SZ}"
    with making(folder, name) as half, _moment(conninfo) as (holder, snapshot, let_go):
        facts = _facts(holder, made_at, rollups)
        program = client("pg_dump", facts.server, pg_bin)
        command: list[str | Path] = [program, "--format=custom", f"--compress={_COMPRESSION}", f"--snapshot={snapshot}"]
        say("tallies that wait for their fold")
        run(conninfo, [*command, f"--table={TALLIES}", f"--file={half / TALLIES_DUMP}"])
        let_go()
        _save_follows(holder, facts.left_out, half / FOLLOWS)
        say("everything else")
        without = [f"--exclude-table-data=skytally.event_{day:%Y%m%d}" for day in facts.left_out]
        without += [f"--exclude-table={TALLIES}", "--exclude-table-data=cache.*"]
        without.append("--exclude-table-data=skytally.tick")  # for those who watch just now
        run(conninfo, [*command, *without, f"--file={half / DATABASE_DUMP}"])
        (half / FACTS).write_bytes(msgspec.json.format(msgspec.json.encode(facts)))
    made = folder / name
    with connect(conninfo, None, "backup") as connection:
        connection.execute(statement("backup/note"), {"at": made_at, "bytes": size_of(made)})
    return made


def size_of(backup: Path) -> int:
    """Bytes of its files."""
    return sum(path.stat().st_size for path in backup.iterdir())


def facts_of(backup: Path) -> Facts:
    """What it says of itself. Raises BackupError where it is none."""
    try:
        return msgspec.json.decode((backup / FACTS).read_bytes(), type=Facts)
    except (OSError, msgspec.DecodeError) as error:
        raise BackupError(f"{backup} is no backup: {error}") from error


def run(conninfo: str, command: Sequence[str | Path]) -> None:
    """Run a program of PostgreSQL's on the database; a password is not for everybody to see."""
    named = {name: str(value) for name, value in conninfo_to_dict(entry(conninfo, None, "backup")).items()}
    password = named.pop("password", "")
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    done = subprocess.run(
        [*command, f"--dbname={make_conninfo(**named)}"], env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise BackupError(f"{Path(command[0]).name} failed: {said[0] if said else f'exit code {done.returncode}'}")


@contextmanager
def _moment(conninfo: str) -> Iterator[tuple[psycopg.Connection, str, Callable[[], object]]]:
    """One snapshot with all tallies in it: a session that holds it, its name, and what lets tallies be folded again."""
    with connect(conninfo, None, "backup") as first, connect(conninfo, None, "backup") as holder:
        check(first)
        first.execute(_SNAPSHOT)
        first.execute(_LOCK_TALLIES)
        holder.execute("set idle_in_transaction_session_timeout = 0")
        holder.execute(_SNAPSHOT)
        holder.execute(sql.SQL("set transaction snapshot {}").format(_exported(first)))
        yield holder, _exported(holder), lambda: first.execute("rollback")


def _exported(connection: psycopg.Connection) -> str:
    row = connection.execute("select pg_export_snapshot()").fetchone()
    assert row is not None
    return str(row[0])


def _facts(holder: psycopg.Connection, made_at: datetime, rollups: bool) -> Facts:
    row = holder.execute(_ABOUT).fetchone()
    days = holder.execute(statement("rollup/days"), {"parent": "event"}).fetchone()
    assert row is not None
    assert days is not None
    newest, of_log = days
    old = [day for day in of_log if newest and day <= newest][:-LOG_DAYS_MIN]
    network, watermark, migrations, events = row
    return Facts(
        version=VERSION, made_at=made_at, server=holder.info.server_version // 10_000, network=network,
        watermark=watermark, events=events, migrations=migrations, left_out=old if rollups else [],
    )  # fmt: skip


def _save_follows(holder: psycopg.Connection, days: list[date], path: Path) -> None:
    for day in days:
        follows = sql.SQL(_FOLLOWS_OF).format(sql.Identifier(f"event_{day:%Y%m%d}"))
        with path.open("ab") as file, holder.cursor().copy(follows) as copy:
            for data in copy:
                file.write(data)
