"""The keeper: a small process of its own that owns the postmaster, restarts it, and stops it after its users.

Run as a script by `server`, on nothing but the standard library, so that it starts in milliseconds. It
deliberately knows nothing of SQL and never connects: whether the server is up it reads from postmaster.pid,
and whether it is used from a lock, which the kernel releases for a process that was killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from typing import NamedTuple

POLL_S = 0.05
LOG_BYTES_MAX = 16 * 2**20  # kept twice: as it grows, and the one before
FAILURES_MAX = 6  # starts in a row, each wait twice the last, 12 s in all; the users go on trying, less often
STEADY_S = 1.0  # one that dies sooner after it was ready is not started again at once
UNSTEADY_WAIT_S = 0.5
ORPHANS_GRACE_S = 0.3  # backends mostly see for themselves that their postmaster has died
STOP_SIGNALS = (  # fast (120 s: a checkpoint over a slow disk), immediate, and what cannot be refused
    (signal.SIGINT, 120.0),
    (signal.SIGQUIT, 10.0),
    (signal.SIGKILL, 10.0),
)
PR_SET_PDEATHSIG = 1


class Order(NamedTuple):
    """What `server` asks for, as JSON on standard input."""

    command: list[str]  # the postmaster and its settings
    stop_command: list[str]  # for an orphaned postmaster where there is no parent-death signal
    environment: dict[str, str]
    uid: int | None
    gid: int | None
    groups: list[int] | None
    data: str
    log: str
    socket_lock: str  # Postgres' own, beside its socket
    users_lock: str
    server_lock: str
    linger_s: float


class Keeper:
    """The process that starts one server, starts it again, and stops it once nobody uses it."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.linger_s = order.linger_s
        self.users = os.open(order.users_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.postmaster: subprocess.Popen[bytes] | None = None
        self.was_ready = False
        self.ready_at_s: float | None = None
        self.failures = 0
        self.start_at_s = 0.0
        self.waiting_since_s: float | None = None
        self.unused_since_s: float | None = None

    def run(self) -> int:
        """Until nobody uses it (0) or it cannot be kept up (1)."""
        while True:
            now_s = time.monotonic()
            if self._is_unused(now_s):
                self.stop()
                return 0
            if self.postmaster is None:
                self._start(now_s)
            elif self.postmaster.poll() is not None:
                if not self._may_restart(self.postmaster.returncode, now_s):
                    return 1
            else:
                self._note_ready(now_s)
            _bound(self.order.log)
            time.sleep(POLL_S)

    def hurry(self) -> None:
        """The machine is going down: wait for the users, who are told the same, but not longer."""
        self.linger_s = 0.0

    def _is_unused(self, now_s: float) -> bool:
        """Whether nobody has used it for a while; then we hold the lock, and newcomers wait for our end."""
        try:
            fcntl.flock(self.users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.unused_since_s = None
            return False
        if self.unused_since_s is None:
            self.unused_since_s = now_s
        if now_s - self.unused_since_s >= self.linger_s:
            return True
        fcntl.flock(self.users, fcntl.LOCK_UN)
        return False

    def _start(self, now_s: float) -> None:
        if now_s < self.start_at_s:
            return
        lock = self._lock_of_the_dead(now_s)
        if lock is None:
            return
        _forget_stale_pids(self.order.data, self.order.socket_lock)
        try:
            self.postmaster = _postmaster(self.order, lock)
        finally:
            os.close(lock)  # the postmaster and its children have it now
        self.ready_at_s = None

    def _lock_of_the_dead(self, now_s: float) -> int | None:
        """The server lock, once no process of an earlier postmaster is left; ends those that linger."""
        lock = os.open(self.order.server_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            self.waiting_since_s = None
            return lock
        if self.waiting_since_s is None:
            self.waiting_since_s = now_s
        elif now_s - self.waiting_since_s > ORPHANS_GRACE_S:
            self.waiting_since_s = now_s
            self._end_orphans()
        return None

    def _end_orphans(self) -> None:
        if sys.platform != "linux":
            subprocess.run(self.order.stop_command, stdin=subprocess.DEVNULL, check=False)
            return
        pids = _postgres_pids(self.order.data)
        postmaster = _recorded_pid(self.order.data)
        if postmaster in pids:  # its keeper was killed: it is on its way down in good order, or is told to be
            pids, number = {postmaster}, signal.SIGINT
        else:  # a backend amid a long query does not look up; its work is void already
            number = signal.SIGKILL
        for pid in pids:
            _say(f"sending signal {number} to process {pid}, left by an earlier postmaster or keeper")
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _note_ready(self, now_s: float) -> None:
        assert self.postmaster is not None
        if self.ready_at_s is None and ready_pid(self.order.data) == self.postmaster.pid:
            self.ready_at_s = now_s
            self.was_ready = True
            self.failures = 0

    def _may_restart(self, status: int, now_s: float) -> bool:
        self.postmaster = None
        killed = status < 0
        if not self.was_ready and not killed:
            return False  # what stands against the first start stands against the next one too
        if self.ready_at_s is None:
            self.failures += 1
            wait_s = UNSTEADY_WAIT_S if killed else 0.1 * 2**self.failures
        else:
            wait_s = 0.0 if now_s - self.ready_at_s > STEADY_S else UNSTEADY_WAIT_S
        if self.failures > FAILURES_MAX:
            _say(f"the postmaster did not start for the {self.failures}th time, status {status}: giving up")
            return False
        _say(f"the postmaster ended with status {status}: starting it again in {wait_s:.1f} s")
        self.start_at_s = now_s + wait_s
        return True

    def stop(self) -> None:
        """Fast, so without waiting for anyone; a checkpoint, so without recovery at the next start."""
        if self.postmaster is None:
            return
        for number, patience_s in STOP_SIGNALS:
            self.postmaster.send_signal(number)
            try:
                self.postmaster.wait(patience_s)
                return
            except subprocess.TimeoutExpired:
                _say(f"the postmaster did not stop within {patience_s:.0f} s of signal {number}")


def _postmaster(order: Order, lock: int) -> subprocess.Popen[bytes]:
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    keeper = os.getpid()

    def die_with_keeper() -> None:  # in the child, after it has become `uid`, which would undo it
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)
            if os.getppid() != keeper:  # already too late
                os._exit(1)

    with open(order.log, "ab", opener=_private) as log:  # appending: it may be cut at any time
        return subprocess.Popen(
            order.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env=order.environment,
            pass_fds=[lock], start_new_session=True,
            preexec_fn=die_with_keeper,
            user=order.uid, group=order.gid, extra_groups=order.groups,
        )  # fmt: skip


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)


def _pid_file(data: str) -> list[str]:
    try:
        with open(os.path.join(data, "postmaster.pid")) as file:
            return file.read().splitlines()
    except OSError:
        return []


def _recorded_pid(data: str) -> int | None:
    lines = _pid_file(data)
    return int(lines[0]) if lines and lines[0].strip().isdigit() else None


def ready_pid(data: str) -> int | None:
    """The postmaster that says in line 8 that it takes connections."""
    lines = _pid_file(data)
    return int(lines[0]) if len(lines) >= 8 and lines[7].strip() == "ready" else None


def _postgres_pids(data: str) -> set[int]:
    """The processes of Postgres that work in this data directory: each has it as its current directory."""
    found = set()
    wanted = os.path.realpath(data)
    for name in os.listdir("/proc"):
        try:
            works_there = name.isdigit() and os.readlink(f"/proc/{name}/cwd") == wanted
            if works_there and os.path.basename(os.readlink(f"/proc/{name}/exe")).startswith("postgres"):
                found.add(int(name))
        except OSError:  # gone, or another user's
            continue
    return found


def _forget_stale_pids(data: str, socket_lock: str) -> None:
    """Postgres would take whatever got those numbers since, as after a container's restart, for its own.

    We hold the server lock, so none of ours lives; one that a person started by hand is left to be reported.
    """
    if sys.platform == "linux" and _recorded_pid(data) not in _postgres_pids(data):
        for stale in (os.path.join(data, "postmaster.pid"), socket_lock):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(stale)


def _bound(log: str) -> None:
    """Keep the log from growing without bound; the server appends, so it goes on from the new end."""
    try:
        if os.lstat(log).st_size <= LOG_BYTES_MAX:
            return
        with open(log, "rb+", opener=_private) as file:
            with contextlib.suppress(OSError):  # no room for a copy: then without
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(f"{log}.1")
                with open(f"{log}.1", "xb") as old:
                    shutil.copyfileobj(file, old)
            file.truncate(0)
    except FileNotFoundError:
        pass  # somebody removed it: Postgres writes on into nowhere until its next start
    except OSError as error:
        _say(f"{log} cannot be cut: {error}")


def _say(line: str) -> None:
    """Into the server's own log, which is our standard error."""
    now = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
    print(f"{now} UTC [{os.getpid()}] keeper: {line}", file=sys.stderr, flush=True)


def main() -> int:
    # Ctrl-C and a closed terminal are for the users: they stop in their order, and we after them
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    order = Order(**json.load(sys.stdin))
    if os.fork():  # nobody's child: no zombie for who started us, and nothing that it would wait for
        os._exit(0)
    os.umask(0o077)
    keeper = Keeper(order)
    signal.signal(signal.SIGTERM, lambda *_: keeper.hurry())
    try:
        return keeper.run()
    except (OSError, subprocess.SubprocessError) as error:
        _say(f"the postmaster cannot be started: {error}")
        keeper.stop()
        return 1


if __name__ == "__main__":
    sys.exit(main())
