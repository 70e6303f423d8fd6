"""Releases: what of a checkout is installed, under which name, and which one is the current one.

    ROOT/releases/NAME    the files of one, never changed once they are there
    ROOT/current          a link to the one that is started
    ROOT/previous         a link to the one before

It knows files and links, and neither the system's directories nor what runs.
"""

from __future__ import annotations

import compileall
import os
import shutil
from pathlib import Path

PARTS = (
    "collector", "web", "sql", "ops", "benchmarks", "run", "requirements.lock", "pyproject.toml",
    "README.md", "DESIGN.md", "CHANGELOG.md", "LICENSE",
)  # fmt: skip
"""What is installed. `ops` needs `benchmarks`: recordings are read there."""
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc")


class ReleaseError(Exception):
    """A release is not there, or can not be made. The message says what to do."""


class Releases:
    """The releases under one directory."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def current(self) -> str | None:
        """The name of the one that is started."""
        return _target(self.root / "current")

    @property
    def previous(self) -> str | None:
        """The name of the one that was current before."""
        return _target(self.root / "previous")

    def path(self, name: str) -> Path:
        """Where its files are."""
        return self.root / "releases" / name

    def add(self, checkout: Path, name: str) -> bool:
        """Copy what belongs to a release, readable for everybody; False when it is there already.

        Killed at any instruction, nothing half made stands under its name. Raises ReleaseError when other files do.
        """
        release, half = self.path(name), self.path(f".{name}.half")
        if release.exists():
            if _files(release) != _files(checkout):
                raise ReleaseError(f"{release} has other files than {checkout}: name this one, with --release NAME")
            return False
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(parents=True)
        for part in PARTS:
            source = checkout / part
            if source.is_dir():
                shutil.copytree(source, half / part, ignore=_LEFT_OUT)
            else:
                shutil.copy2(source, half / part)
        for path in (half, *half.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        # who runs it may not write there; the bytes name the place where they will lie
        compileall.compile_dir(half, quiet=2, stripdir=str(half), prependdir=str(release))
        half.rename(release)
        return True

    def use(self, name: str) -> None:
        """Make it the current one, and the current one the previous one."""
        before = self.current
        if not self.path(name).is_dir():
            raise ReleaseError(f"there is no release {name} in {self.root / 'releases'}")
        if before == name:
            return
        if before is not None:
            _link(self.root / "previous", before)
        _link(self.root / "current", name)


def migrations_of(release: Path) -> set[str]:
    """The names of the migrations that it knows."""
    return {path.stem for path in (release / "sql" / "migrations").glob("*.sql")}


def _target(link: Path) -> str | None:
    return Path(os.readlink(link)).name if link.is_symlink() else None


def _link(link: Path, name: str) -> None:
    """Replaced in one step: at every moment it leads somewhere."""
    new = link.with_name(f".{link.name}.new")
    new.unlink(missing_ok=True)
    new.symlink_to(Path("releases") / name)
    new.replace(link)


def _files(folder: Path) -> dict[str, bytes]:
    """What belongs to a release, by its path."""
    found = [path for part in PARTS for path in (folder / part, *(folder / part).rglob("*")) if path.is_file()]
    return {str(p.relative_to(folder)): p.read_bytes() for p in found if "__pycache__" not in p.parts}
