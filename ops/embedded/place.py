"""The files of one data root: what is where, who may read it, and a socket path short enough to be one.

Knows paths and modes; deliberately does not know how a server is started. Nothing outside the data root is
ever changed; where its path is too long for a socket, or closed to Postgres, a hashed name elsewhere serves.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ops.embedded.account import Account
from ops.embedded.errors import EmbeddedError

PORT = 5432
SOCKET_PATH_BYTES_MAX = 103  # sun_path holds 108 on Linux, 104 on macOS, with the closing NUL
SEPARATORS = frozenset(",@'\"\\")  # libpq and the server's list of directories split or unquote at these
# not $TMPDIR: two processes with two of them must meet; what stands there is refused unless it is ours and private
PASSING = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108
LASTING = Path("/var/lib/skytally")


@dataclass(frozen=True, slots=True)
class Place:
    """Where one embedded server keeps what."""

    root: Path
    run: Path  # the socket's directory

    @property
    def socket(self) -> Path:
        """Where it is entered."""
        return _socket(self.run)

    @property
    def data(self) -> Path:
        """What is never deleted by us."""
        return self.root / "data"

    @property
    def log(self) -> Path:
        """What PostgreSQL says."""
        return self.root / "postgres.log"

    @property
    def users(self) -> Path:
        """Shared by every process that uses the server, exclusive for the keeper that stops it."""
        return self.root / "users.lock"

    @property
    def start(self) -> Path:
        """Exclusive for the one process that prepares and starts."""
        return self.root / "start.lock"

    @property
    def keeper(self) -> Path:
        """Exclusive for the living keeper."""
        return self.root / "keeper.lock"

    @property
    def server(self) -> Path:
        """Exclusive for a postmaster and all its children, who inherit it: free means that none is left."""
        return self.root / "server.lock"


def settle(wanted: Path, account: Account | None, log: Callable[[str], None]) -> Place:
    """Make the data root; elsewhere, and say so, if Postgres' account cannot get to the one wanted."""
    root = wanted.absolute()
    try:
        _make(root, account)
        place = locate(wanted, account)
        if account is not None and place.root != root:
            log(f"{wanted} lies where {account.name} cannot go: the database is kept in {place.root}")
            _make_instead(place.root, account)
    except OSError as error:
        raise EmbeddedError(f"the data directory {root} cannot be made: {error}") from error
    return place


def locate(wanted: Path, account: Account | None) -> Place:
    """Where `settle` has put it, or would."""
    root = wanted.absolute()
    if account is not None and root.is_dir() and not account.may_enter(root):
        # as passing or as lasting as what was asked for
        parent = next((each for each in PASSING if each in root.parents), LASTING)
        root = parent / f"skytally-data-{_digest(root)}"
    return Place(root, _run_directory(root))


def _make(root: Path, account: Account | None) -> None:
    """Every directory that is missing; with root's own umask of 077 the account could not pass them."""
    mode = 0o700 if account is None else 0o711
    for each in reversed([root, *root.parents]):
        if not each.exists():
            each.mkdir(exist_ok=True)
            each.chmod(mode)
    if account is not None and root.stat().st_uid == 0:
        root.chmod(stat.S_IMODE(root.stat().st_mode) | 0o011)


def _make_instead(root: Path, account: Account) -> None:
    _make(root.parent, account)
    make_private(root, owner_uid=0, owner_gid=0, mode=0o711)
    if not account.may_enter(root):
        raise EmbeddedError(f"{account.name} cannot enter {root} either: choose another data directory")


def _run_directory(root: Path) -> Path:
    inside = root / "run"
    if _fits(inside):
        return inside
    for parent in PASSING:
        if parent.is_dir():
            return parent / f"skytally-run-{_digest(root)}"
    raise EmbeddedError(f"the path {inside} is too long for a socket, and there is no /tmp for a shorter one")


def _socket(run: Path) -> Path:
    return run / f".s.PGSQL.{PORT}"


def _fits(run: Path) -> bool:
    return len(os.fsencode(_socket(run))) <= SOCKET_PATH_BYTES_MAX and SEPARATORS.isdisjoint(str(run))


def _digest(root: Path) -> str:
    return hashlib.sha256(os.fsencode(root)).hexdigest()[:16]


def make_private(directory: Path, *, owner_uid: int, owner_gid: int, mode: int = 0o700) -> None:
    """Make a directory of that owner and mode, or accept one that is just that already."""
    with contextlib.suppress(FileExistsError):
        directory.mkdir(mode=0o700)
    if _is_just_made(directory.lstat()):  # now, or by one of us who was killed right here
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            if _is_just_made(os.fstat(descriptor)):  # by descriptor: a name may come to mean another file
                os.fchmod(descriptor, mode)
                os.fchown(descriptor, owner_uid, owner_gid)
        finally:
            os.close(descriptor)
    check_private(directory, owner_uid=owner_uid, mode=mode)


def _is_just_made(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid() and status.st_mode == stat.S_IFDIR | 0o700


def check_private(directory: Path, *, owner_uid: int, mode: int = 0o700) -> None:
    """Refuse a directory that others made, or may enter: a server in there need not be ours."""
    status = directory.lstat()
    permissions = stat.S_IMODE(status.st_mode)
    if not stat.S_ISDIR(status.st_mode):
        raise EmbeddedError(f"{directory} is in the way: it is not a directory")
    if status.st_uid != owner_uid:
        raise EmbeddedError(f"{directory} belongs to uid {status.st_uid} and not to {owner_uid}: remove it")
    if permissions & ~mode:
        raise EmbeddedError(f"{directory} is open to others ({permissions:04o}): chmod it to {mode:04o}")


def open_private(path: Path, flags: int = os.O_RDWR) -> int:
    """A file of the data root; never through a link, and owned as the root is, whoever makes it."""
    try:
        descriptor = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise EmbeddedError(f"{path} cannot be opened: {error.strerror}") from error
    if os.geteuid() == 0:
        status = path.parent.stat()
        os.fchown(descriptor, status.st_uid, status.st_gid)
    return descriptor


def take_if_free(path: Path) -> int | None:
    """The exclusive lock on `path`, as a descriptor; None if somebody has it."""
    descriptor = open_private(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
