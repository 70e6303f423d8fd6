"""A memcached of our own beside the site, where the machine has one and no other is named; nobody else may enter it."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from collector.parent import end_with_parent
from ops.companion import Companion
from web.settings import WebSettings

MEMORY_MIB = 64
ITEM_MIB_MAX = 4
_PATH = "/usr/local/bin:/usr/bin:/usr/sbin:/bin"
_ACCOUNTS = ("memcache", "memcached", "skytally")
"""Whom it runs as where we are root, the first that there is."""


@contextlib.contextmanager
def caching(settings: WebSettings) -> Iterator[tuple[WebSettings, list[Companion]]]:
    """The settings with a memcached in them where one can be started, and what has to be looked after."""
    program = shutil.which("memcached", path=f"{os.environ.get('PATH', '')}:{_PATH}")
    account = _account()
    if settings.memcached or program is None or account is None:
        yield settings, []
        return
    with tempfile.TemporaryDirectory(prefix="skytally-memcached-") as folder:
        os.chown(folder, account.pw_uid, account.pw_gid)
        socket = str(Path(folder) / "socket")
        with Companion("memcached", _become, program, socket, account.pw_uid, account.pw_gid) as companion:
            yield msgspec.structs.replace(settings, memcached=socket), [companion]


def _account() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    for name in _ACCOUNTS:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    return None


def _become(program: str, socket: str, uid: int, gid: int) -> None:
    """Turn this process into memcached, which ends when its parent does."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
        end_with_parent(signal.SIGTERM)  # who changes their account forgets it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Path(socket).unlink(missing_ok=True)
    size = ["-m", str(MEMORY_MIB), "-I", f"{ITEM_MIB_MAX}m", "-t", "2"]
    os.execv(program, [program, "-s", socket, "-a", "0700", *size])  # noqa: S606
