"""The embedded Postgres, for real: first starts, sharing, killing each of its processes, and refusals."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from ops.embedded import EmbeddedError, account, cluster, embedded, keeper, wait_until_stopped
from tests.ops.embedded_directory import private_directory

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds and kills processes by way of /proc")

CHECKOUT = Path(__file__).parents[2]
AS_ROOT = os.geteuid() == 0
BACK_S_MAX = 10.0  # 3 s are promised; a test machine may be busy
FAST = {"fsync": "off"}  # and then initdb does not wait for the disk either
HOLDER = """
import signal
import sys
from pathlib import Path
from ops.embedded import embedded
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever began the tests in the background has it ignored
try:
    with embedded(Path(sys.argv[1]), settings={"fsync": "off"}, linger_s=0) as conninfo:
        try:
            print(conninfo, flush=True)
            sys.stdin.read()
        except KeyboardInterrupt:
            import psycopg
            with psycopg.connect(conninfo, user="skytally") as connection:
                print(connection.execute("select 'still there'").fetchone()[0], flush=True)
except Exception as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with private_directory() as directory:
        yield directory


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Path, str]]:
    """One server for what only looks."""
    settings = {"work_mem": "7MB", "listen_addresses": "*", "port": "1"}
    with private_directory() as directory, embedded(directory, settings=settings, linger_s=0) as conninfo:
        yield directory, conninfo


@contextlib.contextmanager
def holder(directory: Path, **options: object) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the server; its first line is the conninfo."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(directory)],
        cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        **options,  # type: ignore[call-overload]
    )  # fmt: skip
    try:
        yield process
    finally:
        with contextlib.suppress(BrokenPipeError):
            process.communicate(timeout=60)


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().rstrip()


def ask(conninfo: str, query: str, user: str = "postgres") -> tuple[object, ...]:
    with psycopg.connect(conninfo, user=user, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return tuple(row)


def postmaster_pid(directory: Path) -> int:
    return int((directory / "data" / "postmaster.pid").read_text().split()[0])


def keeper_pids(directory: Path) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = entry.read_bytes().decode().split("\0")
            if keeper.__file__ in words and str(directory) in words:
                found.append(int(entry.parent.name))
    return found


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + BACK_S_MAX
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def until_back(conninfo: str) -> None:
    def answers() -> bool:
        with contextlib.suppress(psycopg.OperationalError):
            return ask(conninfo, "select 1") == (1,)
        return False

    until(answers, "the server did not come back")


def is_gone(directory: Path) -> bool:
    return not keeper_pids(directory) and not (directory / "data" / "postmaster.pid").exists()


def test_the_first_start_makes_the_role_and_its_database(running: tuple[Path, str]) -> None:
    role = "select rolcreaterole, rolcreatedb, rolsuper from pg_roles where rolname = current_user"
    assert ask(running[1], role, "skytally") == (True, True, False)
    database = "select datdba::regrole::text, pg_encoding_to_char(encoding) from pg_database"
    assert ask(running[1], f"{database} where datname = current_database()") == ("skytally", "UTF8")


def test_the_server_is_private_and_safe(running: tuple[Path, str]) -> None:
    directory, conninfo = running
    names = ("listen_addresses", "data_checksums", "fsync", "full_page_writes", "timezone", "jit")
    query = f"select {', '.join(f'current_setting({name!r})' for name in names)}"
    assert ask(conninfo, query) == ("", "on", "on", "on", "UTC", "off")
    for private in (directory / "run", directory / "data"):
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert stat.S_IMODE((directory / "run" / ".s.PGSQL.5432").stat().st_mode) == 0o700
    assert stat.S_IMODE((directory / "postgres.log").stat().st_mode) == 0o600


def test_the_processes_of_postgres_are_not_roots(running: tuple[Path, str]) -> None:
    owner = Path(f"/proc/{postmaster_pid(running[0])}").stat().st_uid
    assert (owner != 0) if AS_ROOT else (owner == os.geteuid())


def test_settings_are_taken_save_those_that_keep_it_private(running: tuple[Path, str]) -> None:
    query = "select current_setting('work_mem'), current_setting('listen_addresses'), current_setting('port')"
    assert ask(running[1], query) == ("7MB", "", "5432")


def test_a_second_process_attaches_and_the_last_one_to_go_ends_it(data_dir: Path) -> None:
    with embedded(data_dir, settings=FAST, linger_s=0) as conninfo:
        pid = postmaster_pid(data_dir)
        with holder(data_dir) as other:
            assert first_line(other) == conninfo
            assert postmaster_pid(data_dir) == pid
    assert wait_until_stopped(data_dir)
    with holder(data_dir) as other:
        first_line(other)
        with embedded(data_dir):
            pid = postmaster_pid(data_dir)
        time.sleep(0.3)
        assert postmaster_pid(data_dir) == pid, "it stopped under somebody who uses it"
    until(lambda: is_gone(data_dir), "it outlived its last user")


def test_two_commands_in_a_row_share_one_server(data_dir: Path) -> None:
    pids = []
    for _ in range(2):
        with embedded(data_dir, settings=FAST):
            pids.append(postmaster_pid(data_dir))
    assert pids[0] == pids[1]


def test_of_two_first_starts_at_once_one_makes_the_database(data_dir: Path) -> None:
    with holder(data_dir) as one, holder(data_dir) as two, holder(data_dir) as three:
        assert len({first_line(each) for each in (one, two, three)}) == 1
        assert len(keeper_pids(data_dir)) == 1
    assert (data_dir / "postgres.log").read_text().count("starting PostgreSQL") == 1


def test_it_stops_after_its_last_user_was_killed(data_dir: Path) -> None:
    with holder(data_dir) as other:
        first_line(other)
        other.kill()
        until(lambda: is_gone(data_dir), "it outlived its last user")


@pytest.mark.parametrize("victim", ["postmaster", "busy postmaster", "keeper", "both"])
def test_it_comes_back_with_all_that_was_committed(data_dir: Path, victim: str) -> None:
    with embedded(data_dir, settings=FAST, linger_s=0) as conninfo:
        with psycopg.connect(conninfo, user="postgres") as connection:
            connection.execute("create table kept as select 42 as answer")
        with psycopg.connect(conninfo, user="postgres") as busy:
            if victim == "busy postmaster":  # a backend amid a query does not see its postmaster die
                busy.pgconn.send_query(b"select count(*) from generate_series(1, 100000000000)")
            killed = [postmaster_pid(data_dir)] if "postmaster" in victim else keeper_pids(data_dir)
            if victim == "both":
                killed.append(postmaster_pid(data_dir))
            for pid in killed:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.1)
            until_back(conninfo)
            busy.close()
        assert ask(conninfo, "select answer from kept") == (42,)
        assert len(keeper_pids(data_dir)) == 1


def test_ctrl_c_is_for_the_user_and_not_for_the_server(data_dir: Path) -> None:
    with holder(data_dir, process_group=0) as other:
        first_line(other)
        os.killpg(other.pid, signal.SIGINT)
        assert first_line(other) == "still there"


def test_killed_amid_initdb_nothing_half_made_is_found(data_dir: Path) -> None:
    with holder(data_dir) as other:
        until(lambda: bool(list(data_dir.glob(".initdb-*"))), "initdb did not begin")
        other.kill()
    assert not (data_dir / "data").exists()
    with embedded(data_dir, settings=FAST, linger_s=0) as conninfo:
        assert ask(conninfo, "select 1", "skytally") == (1,)
    assert not list(data_dir.glob(".initdb-*"))


def test_a_pid_file_that_names_somebody_else_does_not_stand_in_the_way(data_dir: Path) -> None:
    with embedded(data_dir, settings=FAST, linger_s=0):
        content = (data_dir / "data" / "postmaster.pid").read_text()
    assert wait_until_stopped(data_dir)
    for stale in (data_dir / "data" / "postmaster.pid", data_dir / "run" / ".s.PGSQL.5432.lock"):
        # as after a container's restart, when numbers begin anew
        stale.write_text(content.replace(content.split()[0], str(os.getpid()), 1))
        os.chown(stale, (data_dir / "data").stat().st_uid, -1)
    with embedded(data_dir, settings=FAST, linger_s=0) as conninfo:
        assert ask(conninfo, "select 1") == (1,)


def test_a_path_too_long_for_a_socket_gets_a_private_short_one(data_dir: Path) -> None:
    deep = data_dir / ("d" * 60) / ("e" * 60)
    with embedded(deep, settings=FAST, linger_s=0) as conninfo:
        run = Path(psycopg.conninfo.conninfo_to_dict(conninfo)["host"])  # type: ignore[arg-type]
        assert run.parent == Path("/tmp")
        assert stat.S_IMODE(run.stat().st_mode) == 0o700
        assert ask(conninfo, "select 1") == (1,)
    assert wait_until_stopped(deep)
    run.rmdir()


def test_the_socket_directory_of_somebody_else_is_refused(data_dir: Path) -> None:
    run = data_dir / "run"
    run.symlink_to("/tmp")
    with pytest.raises(EmbeddedError, match="is not a directory"), embedded(data_dir, settings=FAST):
        pass
    run.unlink()
    run.mkdir()
    os.chown(run, (data_dir / "data").stat().st_uid, -1)
    run.chmod(0o755)
    with (
        pytest.raises(EmbeddedError, match=r"is open to others \(0755\): chmod it to 0700"),
        embedded(data_dir),
    ):
        pass


def test_data_of_another_major_version_name_the_binaries_they_need(data_dir: Path) -> None:
    (data_dir / "data").mkdir()
    if AS_ROOT:
        chosen = account.choose(data_dir / "nothing yet", None, print)
        assert chosen is not None
        os.chown(data_dir / "data", chosen.uid, chosen.gid)
    (data_dir / "data" / "PG_VERSION").write_text("14\n")
    with (
        pytest.raises(EmbeddedError, match="made by PostgreSQL 14 and need its binaries"),
        embedded(data_dir),
    ):
        pass


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({"postgres"}, "no initdb or pg_ctl in"),
        ({"postgres", "initdb", "pg_ctl"}, "14.9 in .* and 15 to 18 are taken"),
    ],
)
def test_binaries_that_will_not_do_are_named(data_dir: Path, files: set[str], complaint: str) -> None:
    bin_dir = data_dir / "bin"
    bin_dir.mkdir()
    for name in files:
        (bin_dir / name).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 14.9 (Debian 14.9-1)'\n")
        (bin_dir / name).chmod(0o755)
    with pytest.raises(EmbeddedError, match=complaint), embedded(data_dir, pg_bin=bin_dir):
        pass


def test_a_start_that_fails_says_why_in_one_line_and_leaves_nothing_running(data_dir: Path) -> None:
    settings = {"no_such_thing": "1", **FAST}
    with pytest.raises(EmbeddedError) as caught, embedded(data_dir, settings=settings):
        pass
    assert 'unrecognized configuration parameter "no_such_thing"' in str(caught.value)
    assert str(data_dir / "postgres.log") in str(caught.value)
    assert "\n" not in str(caught.value)
    until(lambda: is_gone(data_dir), "a keeper was left behind")


def test_the_log_is_cut_and_the_one_before_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "LOG_BYTES_MAX", 10)
    log = tmp_path / "postgres.log"
    with log.open("a") as appending:
        for line in ("first line\n", "second line\n"):
            appending.write(line)
            appending.flush()
            keeper._bound(str(log))
            assert log.read_text() == ""
            assert (tmp_path / "postgres.log.1").read_text() == line


def test_a_locale_of_the_operating_system_plays_no_part() -> None:
    assert all("--locale=C" in " ".join(each) for major in (15, 18) for each in cluster._locales(major))
