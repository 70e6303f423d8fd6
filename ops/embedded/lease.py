"""The lease on the embedded server: who holds one has a running server, and after the last one it stops.

The lease is a shared lock on a file, so the kernel ends it for a process that is killed. While it is held a
thread sees to it that a keeper lives. Deliberately knows nothing of how the server is started (`server`) or
kept (`keeper`).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ops.embedded import account, cluster
from ops.embedded.errors import EmbeddedError
from ops.embedded.place import Place, locate, open_private, settle, take_if_free
from ops.embedded.server import Server

LINGER_S = 0.5  # so that two commands in a row do not stop and start it
WATCH_S = 0.2  # how soon a dead keeper is noticed
RETRY_S_MAX = 30.0  # between attempts while it cannot be started, as with a full disk
STOP_S = 120.0  # as long as the keeper itself gives it


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@contextlib.contextmanager
def embedded(
    data_dir: Path,
    *,
    settings: Mapping[str, str] | None = None,
    pg_bin: Path | None = None,
    pg_user: str | None = None,
    log: Callable[[str], None] = _to_stderr,
    linger_s: float = LINGER_S,
) -> Iterator[str]:
    """A running server for as long as the block lasts; yields its conninfo, to which the caller adds a user.

    Where one runs on this data directory already it is used as it is, with the settings it was started with.
    """
    runs_as = account.choose(data_dir, pg_user, log)
    place = settle(data_dir, runs_as, log)
    server = Server(place, runs_as, settings or {}, pg_bin, linger_s, log)
    lease = open_private(place.users)
    ended = threading.Event()
    try:
        fcntl.flock(lease, fcntl.LOCK_SH)  # waits while a keeper is stopping, and then starts afresh
        server.ensure()
        threading.Thread(target=_watch, args=(server, ended), name="embedded postgres", daemon=True).start()
        yield cluster.conninfo(place)
    finally:
        ended.set()
        fcntl.flock(lease, fcntl.LOCK_UN)  # said, not only closed: a forked child shares it and has no say
        os.close(lease)
        if _everything_ends_with_us():
            _wait_until_stopped(place, STOP_S)


def exists(data_dir: Path, pg_user: str | None = None) -> bool:
    """Whether there is a database in it, running or not."""
    if not data_dir.is_dir():
        return False
    place = locate(data_dir, account.choose(data_dir, pg_user, _to_stderr))
    return cluster.major_of(place.data) is not None


def _watch(server: Server, ended: threading.Event) -> None:
    """A keeper that was killed is replaced, and the new one brings the server back."""
    wait_s = WATCH_S
    while not ended.wait(wait_s):
        try:
            if not server.is_kept():
                server.ensure()
            wait_s = WATCH_S
        except (EmbeddedError, OSError) as error:
            if ended.is_set():
                return
            wait_s = min(RETRY_S_MAX, max(1.0, 2 * wait_s))
            server.log(f"{error}; trying again in {wait_s:.0f} s")


def _everything_ends_with_us() -> bool:
    """As a container's first process, or a service's main one, our end kills the keeper: wait for it."""
    pid = os.getpid()
    return pid == 1 or os.environ.get("SYSTEMD_EXEC_PID") == str(pid)


def wait_until_stopped(data_dir: Path, *, timeout_s: float = 30.0) -> bool:
    """Whether the server of this directory is gone, waiting for it: for who wants to remove the directory."""
    return _wait_until_stopped(locate(data_dir, account.choose(data_dir, None, _to_stderr)), timeout_s)


def _wait_until_stopped(place: Place, timeout_s: float) -> bool:
    until_s = time.monotonic() + timeout_s
    while place.root.exists() and time.monotonic() < until_s:
        held = [take_if_free(place.keeper), take_if_free(place.server)]
        for descriptor in held:
            if descriptor is not None:
                os.close(descriptor)
        if None not in held:
            return True
        time.sleep(0.01)
    return not place.root.exists()
