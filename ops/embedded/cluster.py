"""What is inside a data directory: initdb, the settings it is started with, and the first role and database.

Deliberately knows nothing of processes that stay: it makes, it asks, and it is done.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from ops.embedded.account import Account, run_as
from ops.embedded.binaries import Binaries
from ops.embedded.disk import sync
from ops.embedded.errors import EmbeddedError
from ops.embedded.place import PORT, Place

SUPERUSER = "postgres"
NAME = "skytally"  # of the login role and of its database
MIB = 2**20
REFUSAL = "the database system is "  # starting up, shutting down: told to clients, and no reason
# nothing of the caller's but what finds libraries: PGDATA, PGPORT or a locale must not change the server
KEPT_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


def conninfo(place: Place) -> str:
    """Without a user: that is for the caller to add."""
    return make_conninfo(host=str(place.run), port=PORT, dbname=NAME)


def environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def major_of(data: Path) -> int | None:
    """The version that made these data; None where there are none yet."""
    try:
        return int((data / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise EmbeddedError(f"{data / 'PG_VERSION'} cannot be read: {error}") from error


def settings(place: Place, overrides: Mapping[str, str]) -> dict[str, str]:
    """What the server is started with; `overrides` win, save for what keeps it private."""
    chosen = {
        "shared_buffers": f"{_shared_buffers_mib()}MB",  # the rollups written every minute stay in it
        "max_wal_size": f"{_max_wal_mib(place.root)}MB",  # fewer checkpoints, so fewer full pages, under COPY
        "checkpoint_timeout": "15min",  # as above
        "wal_compression": "on",  # full pages are most of our WAL, and CPU is cheaper than the disk
        "max_connections": "100",  # workers hold one each, web processes a small pool each
        "autovacuum": "on",  # tallies are deleted as fast as they come
        "jit": "off",  # compiling costs more than our short queries take
        "fsync": "on",  # said aloud, with full_page_writes: exactly once rests on them
        "full_page_writes": "on",
        "synchronous_commit": "on",  # a session that can replay its input turns it off for itself
        "timezone": "UTC",  # minutes, hours and days are UTC wherever the machine stands
        "log_timezone": "UTC",
        "logging_collector": "off",  # the keeper bounds the log
        "log_checkpoints": "off",  # one line each would be most of the log
        "log_lock_waits": "on",  # nothing of ours should wait for long: if it does we want to know
        "cluster_name": NAME,  # seen in ps
        **overrides,
        "listen_addresses": "",  # no network: everyone who gets to the socket is trusted
        "unix_socket_directories": str(place.run),
        "unix_socket_permissions": "0700",
        "port": str(PORT),
    }
    if sys.platform == "linux":
        # containers give /dev/shm 64 MB, and logging out of a desktop session empties it
        chosen.setdefault("dynamic_shared_memory_type", "sysv")
    return chosen


def _shared_buffers_mib() -> int:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with contextlib.suppress(OSError, ValueError):  # "max" is no number
        memory = min(memory, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return max(16, min(256, memory // MIB // 8))


def _max_wal_mib(root: Path) -> int:
    return max(256, min(4096, shutil.disk_usage(root).total // MIB // 20))


def make(
    place: Place, binaries: Binaries, account: Account | None, *, durable: bool, start_lock: int
) -> None:
    """initdb beside its place, then a rename: killed at any instruction, nothing half made is found there.

    It inherits the lock under which we start, so one that outlives us is waited for and then cleared away.
    """
    for old in place.root.glob(".initdb-*"):
        shutil.rmtree(old, ignore_errors=True)
    half = Path(tempfile.mkdtemp(prefix=".initdb-", dir=place.root))  # 0700
    try:
        if account is not None:
            os.chown(half, account.uid, account.gid, follow_symlinks=False)
        _initdb(half, binaries, account, [] if durable else ["--no-sync"], start_lock)
        half.rename(place.data)
        sync(place.root)
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise


def _initdb(
    target: Path, binaries: Binaries, account: Account | None, options: list[str], start_lock: int
) -> None:
    command: list[str | Path] = [
        binaries.directory / "initdb", "--pgdata", target, "--username", SUPERUSER,
        "--auth-local=trust",  # the socket's directory is the lock on the door
        "--auth-host=reject", "--encoding=UTF8", "--data-checksums", "--no-instructions", *options,
    ]  # fmt: skip
    complaint = ""
    for locale in _locales(binaries.major):
        done = run_as(account, [*command, *locale], environment(), [start_lock])
        if done.returncode == 0:
            return
        complaint = telling_line(done.stderr.splitlines()) or f"exit status {done.returncode}"
        if "invalid locale name" not in done.stderr:
            break
    raise EmbeddedError(f"initdb failed in {target.parent}: {complaint}")


def _locales(major: int) -> list[list[str]]:
    """An order that no upgrade of the system changes, so that no index over text is ever wrong."""
    if major >= 17:
        return [["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]]
    return [["--locale=C.UTF-8"], ["--locale=C"]]  # before 17 it is the C library's, and not every one has it


def telling_line(lines: list[str]) -> str:
    """Of what a failing program wrote, the line that says why."""
    lines = [line for line in lines if line.strip() and REFUSAL not in line]
    for word in ("PANIC:", "FATAL:", "keeper:", "could not", "error:"):
        for line in reversed(lines):
            if word in line:
                return " ".join(line[line.index(word) :].split())
    return lines[-1].strip() if lines else ""


def connect(place: Place, user: str, database: str) -> psycopg.Connection:
    return psycopg.connect(
        host=str(place.run), port=PORT, user=user, dbname=database, connect_timeout=10, autocommit=True
    )


def provide(place: Place) -> None:
    """The login role and its database; what is there already is left as it is."""
    with connect(place, SUPERUSER, "postgres") as connection:
        if not connection.execute("select from pg_roles where rolname = 'skytally'").fetchall():
            connection.execute("create role skytally login createrole createdb")
        if not connection.execute("select from pg_database where datname = 'skytally'").fetchall():
            connection.execute("create database skytally owner skytally")
