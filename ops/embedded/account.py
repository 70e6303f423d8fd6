"""Whom Postgres runs as. It refuses to run as root, so root needs another account; a normal user needs none.

Knows the system's accounts and what they may enter; deliberately knows nothing of Postgres. Never `nobody`:
that account is shared by whatever else was dropped to it, and all of those could read the data.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ops.embedded.errors import EmbeddedError

OURS = "skytally"
EXISTING = ("postgres", OURS)  # in this order: where a Postgres is installed its account is there already
REFUSED = frozenset({"root", "nobody", "nfsnobody"})


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the system that the server may run as: root may not."""

    name: str
    uid: int
    gid: int
    groups: tuple[int, ...]

    def may_enter(self, directory: Path) -> bool:
        """Whether the modes of the directory and of everything above it let this account pass."""
        return all(self._may_pass(each) for each in (directory, *directory.parents))

    def _may_pass(self, directory: Path) -> bool:
        status = directory.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & 0o100)
        if status.st_gid in self.groups:
            return bool(status.st_mode & 0o010)
        return bool(status.st_mode & 0o001)


def run_as(
    account: Account | None,
    command: Sequence[str | Path],
    environment: Mapping[str, str] | None = None,
    inherited: Sequence[int] = (),
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end as that account, away from directories that it may not enter."""
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
        cwd="/", env=environment, pass_fds=inherited,
        user=None if account is None else account.uid,
        group=None if account is None else account.gid,
        extra_groups=None if account is None else account.groups,
    )  # fmt: skip


def choose(data_dir: Path, named: str | None, log: Callable[[str], None]) -> Account | None:
    """The account to run Postgres as; None means as we are, because we are not root."""
    data = data_dir / "data"
    if os.geteuid() != 0:
        _check_ours(data)
        return None
    owner = _owner(data)
    if named is not None:
        return _agreed(_named(named), owner, data)
    return owner or _existing() or _created(log)


def _check_ours(data: Path) -> None:
    owner = _owner_uid(data)
    if owner is not None and owner != os.geteuid():
        raise EmbeddedError(f"{data} belongs to {_name(owner)}: run as that user, or use another directory")


def _agreed(account: Account, owner: Account | None, data: Path) -> Account:
    if owner is not None and owner.uid != account.uid:
        raise EmbeddedError(f"{data} belongs to {owner.name}, so Postgres cannot run as {account.name} there")
    return account


def _owner(data: Path) -> Account | None:
    """Whose data it is already: what they began goes on as they, whatever accounts have come since."""
    uid = _owner_uid(data)
    return None if uid is None else _named(_name(uid))


def _owner_uid(data: Path) -> int | None:
    try:
        return data.lstat().st_uid
    except (FileNotFoundError, PermissionError):
        return None


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _named(name: str) -> Account:
    if name in REFUSED:
        raise EmbeddedError(f"Postgres must not run as {name}: name another account")
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise EmbeddedError(f"there is no account {name} to run Postgres as") from None
    if entry.pw_uid == 0:
        raise EmbeddedError(f"Postgres must not run as {name}, which is root: name another account")
    groups = tuple(os.getgrouplist(name, entry.pw_gid))
    return Account(name, entry.pw_uid, entry.pw_gid, groups)


def _existing() -> Account | None:
    for name in EXISTING:
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return _named(name)
    return None


def _created(log: Callable[[str], None]) -> Account:
    log(f"creating the system account {OURS}: Postgres does not run as root")
    for command in _CREATE:
        if shutil.which(command[0]) is not None:
            run_as(None, command)
        account = _existing()  # whatever the command answered: another process may have been first
        if account is not None:
            return account
    raise EmbeddedError(
        f"running as root, and the account {OURS} could not be created to run Postgres as: "
        "create it, name another one, or set DATABASE_URL"
    )


_CREATE = (
    ("useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
     "--shell", "/usr/sbin/nologin", OURS),
    ("adduser", "-S", "-D", "-H", "-h", "/nonexistent", "-s", "/sbin/nologin", OURS),  # busybox, as on Alpine
)  # fmt: skip
