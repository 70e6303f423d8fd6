"""One data root's server seen from outside: does it answer, and if not, bring it up.

Many processes may ask at once; a lock lets one prepare and start, and the others find it done. Deliberately
holds no lease (`lease`) and stops nothing (`keeper`).
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

from ops.embedded import binaries, cluster, keeper
from ops.embedded.account import Account
from ops.embedded.errors import EmbeddedError
from ops.embedded.place import Place, check_private, make_private, open_private, take_if_free

POLL_S = 0.01
REPORT_S = 10.0  # a long recovery says that it is still going on
UNREACHABLE_S_MAX = 30.0  # ready by its own word, and yet nobody gets through
BUSY = ("too many clients", "slots are reserved")  # a refusal that only a running server gives


@dataclass(frozen=True, slots=True)
class Server:
    """One embedded server, as whoever needs it sees it."""

    place: Place
    account: Account | None
    settings: Mapping[str, str]
    pg_bin: Path | None
    linger_s: float
    log: Callable[[str], None]

    def ensure(self) -> None:
        """Return once it answers."""
        if self._answers():
            return
        starting = open_private(self.place.start)
        try:
            fcntl.flock(starting, fcntl.LOCK_EX)
            self._bring_up(starting)
        finally:
            os.close(starting)

    def is_kept(self) -> bool:
        """Whether a keeper lives, who then sees to everything else."""
        lock = take_if_free(self.place.keeper)
        if lock is None:
            return True
        os.close(lock)
        return False

    def _answers(self) -> bool:
        """Whether it takes a connection: a process id alone may be a zombie's, or another's by now."""
        if keeper.ready_pid(str(self.place.data)) is None:
            return False  # asking earlier would fill its log with refusals
        try:
            owner_uid = os.geteuid() if self.account is None else self.account.uid
            check_private(self.place.run, owner_uid=owner_uid)
            cluster.connect(self.place, cluster.NAME, cluster.NAME).close()
        except FileNotFoundError:
            return False
        except psycopg.OperationalError as error:
            return any(text in str(error) for text in BUSY)
        return True

    def _bring_up(self, start_lock: int) -> None:
        began_s = reported_s = time.monotonic()
        ready_s: float | None = None
        log_start: int | None = None
        while not self._answers():
            now_s = time.monotonic()
            lock = take_if_free(self.place.keeper)
            if lock is not None:
                if log_start is not None:
                    os.close(lock)
                    raise EmbeddedError(self._why(log_start))
                log_start = self._start_keeper(lock, start_lock)
            elif keeper.ready_pid(str(self.place.data)) is not None:
                ready_s = ready_s or now_s
                self._provide(now_s - ready_s)
            if now_s - reported_s > REPORT_S:
                reported_s = now_s
                self.log(f"Postgres is still starting after {now_s - began_s:.0f} s (see {self.place.log})")
            time.sleep(POLL_S)

    def _provide(self, waited_s: float) -> None:
        """The first start has no role and no database; a stale pid file looks ready and does not answer."""
        try:
            cluster.provide(self.place)
            reason = f"{cluster.NAME} cannot log in"
        except psycopg.Error as error:
            reason = cluster.telling_line(str(error).splitlines())
        if waited_s > UNREACHABLE_S_MAX:
            raise EmbeddedError(f"Postgres runs in {self.place.root} but does not answer: {reason}")

    def _start_keeper(self, lock: int, start_lock: int) -> int:
        """Start it with the lock it shall hold; returns where in the log its story begins."""
        try:
            order = self._prepare(start_lock)
            log = open_private(self.place.log, os.O_WRONLY | os.O_APPEND)
            try:
                log_start = os.fstat(log).st_size
                subprocess.run(  # what we see end is only its first half: it goes on as nobody's child
                    [sys.executable, "-I", "-S", keeper.__file__, str(self.place.root)],  # the path is for ps
                    input=json.dumps(order._asdict()).encode(), stdout=log, stderr=log, cwd="/",
                    pass_fds=[lock], start_new_session=True, check=False,
                )  # fmt: skip
            finally:
                os.close(log)
        except OSError as error:
            raise EmbeddedError(f"Postgres cannot be prepared in {self.place.root}: {error}") from error
        finally:
            os.close(lock)
        return log_start

    def _prepare(self, start_lock: int) -> keeper.Order:
        place, account = self.place, self.account
        major = cluster.major_of(place.data)
        found = binaries.find(self.pg_bin, major, account, place.root)
        settings = cluster.settings(place, self.settings)
        if major is None:
            self.log(f"making a database in {place.root} (PostgreSQL {found.version})")
            durable = settings["fsync"] != "off"
            cluster.make(place, found, account, durable=durable, start_lock=start_lock)
        owner_uid, owner_gid = (os.geteuid(), os.getegid()) if account is None else (account.uid, account.gid)
        make_private(place.run, owner_uid=owner_uid, owner_gid=owner_gid)
        return keeper.Order(
            command=[
                str(found.directory / "postgres"), "-D", str(place.data),
                *(f"--{name}={value}" for name, value in settings.items()),
            ],
            stop_command=[str(found.directory / "pg_ctl"), "stop", "-D", str(place.data), "-m", "fast"],
            environment=cluster.environment(),
            uid=None if account is None else account.uid,
            gid=None if account is None else account.gid,
            groups=None if account is None else list(account.groups),
            data=str(place.data),
            log=str(place.log),
            socket_lock=f"{place.socket}.lock",
            users_lock=str(place.users),
            server_lock=str(place.server),
            linger_s=self.linger_s,
        )  # fmt: skip

    def _why(self, log_start: int) -> str:
        """What the log says of the start that failed."""
        with self.place.log.open("rb") as file:
            file.seek(log_start)
            lines = file.read(2**20).decode(errors="replace").splitlines()
        reason = cluster.telling_line(lines) or "it wrote nothing"
        return f"Postgres did not start: {reason} (see {self.place.log})"
