"""The installation: where on a system what of a release goes, as steps that can be printed or done.

Everything lies under a prefix; nothing is started, and no account is made: the system's own tools do that, told by the
files that are laid out here, and what to call is printed at the end.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from ops.release import ReleaseError, Releases, migrations_of

ROOT = Path("opt/skytally")
UNITS = Path("etc/systemd/system")
SETTINGS = Path("etc/skytally/skytally.toml")
NAME = Path("usr/local/bin/skytally")
"""What people call the current release's `run` by."""
_BESIDE = {
    "ops/systemd/sysusers.conf": Path("etc/sysusers.d/skytally.conf"),
    "ops/systemd/tmpfiles.conf": Path("etc/tmpfiles.d/skytally.conf"),
}


class Step(NamedTuple):
    """One thing that is done, and what it is for people."""

    what: str
    do: Callable[[], object]


class Installation:
    """What is installed under a prefix."""

    def __init__(self, prefix: Path) -> None:
        self.prefix = prefix
        self.releases = Releases(prefix / ROOT)

    def lay_out(self, checkout: Path, name: str, *, environment: bool, switch: bool) -> Iterator[Step]:
        """The steps that add a release; it becomes the current one if told so, or if there is none."""
        release = self.releases.path(name)
        yield Step(f"copy {checkout} to {release}", lambda: self.releases.add(checkout, name))
        if environment:
            yield Step(f"make the Python environment in {release / '.venv'}", lambda: _make_environment(release))
        settings = self.prefix / SETTINGS
        if not settings.exists():
            yield _copy(checkout / "ops" / "skytally.toml", settings)
        if switch or self.releases.current in (None, name):
            yield from self.use(name, checkout)

    def use(self, name: str, files: Path | None = None) -> Iterator[Step]:
        """The steps that make a release the current one, with its own units; `files`: where those are until then."""
        source = files or self.releases.path(name)
        units = sorted(p for p in (source / "ops" / "systemd").iterdir() if p.suffix != ".conf")
        for old in sorted((self.prefix / UNITS).glob("skytally-*.*")):
            if old.is_file() and old.name not in {unit.name for unit in units}:
                yield Step(f"remove {old}", old.unlink)
        for unit in units:
            yield _copy(unit, self.prefix / UNITS / unit.name)
        for path, target in _BESIDE.items():
            yield _copy(source / path, self.prefix / target)
        current, called = self.releases.root / "current", self.prefix / NAME
        yield Step(f"link {current} to releases/{name}", lambda: self.releases.use(name))
        if not called.is_symlink() and not called.exists():
            yield Step(f"link {called} to {current / 'run'}", lambda: _link(called, current / "run"))

    def not_known_to(self, name: str) -> set[str]:
        """Migrations that the current release may have applied and that one does not know."""
        if not self.releases.path(name).is_dir():
            raise ReleaseError(f"there is no release {name} in {self.releases.root / 'releases'}")
        assert self.releases.current is not None
        return migrations_of(self.releases.path(self.releases.current)) - migrations_of(self.releases.path(name))


def _link(called: Path, to: Path) -> None:
    called.parent.mkdir(parents=True, exist_ok=True)
    called.symlink_to(to)


def _copy(source: Path, target: Path) -> Step:
    def copy() -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        new = target.with_name(f".{target.name}.new")
        shutil.copyfile(source, new)
        new.chmod(0o644)
        new.replace(target)

    return Step(f"write {target}", copy)


def _make_environment(release: Path) -> None:
    """By the release's own `run`, from its lock file; it needs a network, or has everything already."""
    done = subprocess.run([release / "run", "--version"], stdout=subprocess.DEVNULL, umask=0o022, check=False,
                          env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})  # fmt: skip
    if done.returncode:
        raise ReleaseError(f"the Python environment in {release} could not be made, see above; call this again")
