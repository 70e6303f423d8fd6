"""memcached for tests: a real one on a socket of its own; installed where this is CI, else its tests are skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from web import overview


def program(name: str, package: str) -> str:
    """The path of a program of the system; in CI it is installed."""
    path = f"{os.environ['PATH']}:/usr/sbin"
    if shutil.which(name, path=path) is None and os.environ.get("CI") == "true" and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-q"], check=False, stdout=subprocess.DEVNULL)
        subprocess.run(["apt-get", "install", "-y", "-q", package], check=False, stdout=subprocess.DEVNULL)
    found = shutil.which(name, path=path)
    if found is None:
        pytest.skip(f"{name} is not on this machine (apt-get install {package})")
    return found


@pytest.fixture(autouse=True)
def every_look_is_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of status and first page, which are otherwise looked at once a second."""
    monkeypatch.setattr(overview, "_SECONDS", -1.0)


@pytest.fixture(scope="session")
def memcached_program() -> str:
    return program("memcached", "memcached")


@pytest.fixture
def memcached(memcached_program: str, tmp_path: Path) -> Iterator[str]:
    """The path of the socket of a fresh, empty memcached."""
    where = tmp_path / "memcached.sock"
    user = ["-u", "root"] if os.geteuid() == 0 else []
    command = [memcached_program, *user, "-s", str(where), "-a", "0700", "-m", "64", "-I", "4m", "-t", "1"]
    with subprocess.Popen(command) as process:
        try:
            while not where.exists():
                assert process.poll() is None
                time.sleep(0.01)
            yield str(where)
        finally:
            process.kill()
