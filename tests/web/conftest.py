"""memcached for tests, a real one on a socket of its own (installed where this is CI, else its tests are skipped), and
processes of the site that share it, or a table, or nothing; a site that looks for new counts ten times a second."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sql.session import LIMITS
from tests.collector.rig import Rig
from tests.web.processes import Processes, Run
from tests.web.site import Site, site
from web import memcached as memcached_module
from web import overview, shared, ticker
from web.database import Database
from web.memcached import Memcached
from web.shared import InMemcached, InTable, Layer


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


def _listens(where: Path) -> bool:
    """Whether somebody takes connections there: a socket is there before."""
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(where)) == 0


@pytest.fixture
def memcached(memcached_program: str, tmp_path: Path) -> Iterator[str]:
    """The path of the socket of a fresh, empty memcached."""
    where = tmp_path / "memcached.sock"
    user = ["-u", "root"] if os.geteuid() == 0 else []
    command = [memcached_program, *user, "-s", str(where), "-a", "0700", "-m", "64", "-I", "4m", "-t", "1"]
    with subprocess.Popen(command) as process:
        try:
            while not _listens(where):
                assert process.poll() is None
                time.sleep(0.01)
            yield str(where)
        finally:
            process.kill()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine too, what is shared is not taken to be away."""
    monkeypatch.setattr(memcached_module, "TIMEOUT_S", 20.0)
    monkeypatch.setattr(shared, "_CONNECTION_S", 20.0)
    monkeypatch.setitem(LIMITS["skytally_web"], "lock_timeout", "20s")
    monkeypatch.setitem(LIMITS["skytally_web"], "statement_timeout", "20s")


@pytest.fixture(params=["memcached", "table", "nothing shared"])
def run(request: pytest.FixtureRequest, patient: None) -> Run:
    """Runs a test in a loop, with two processes that share this."""

    @asynccontextmanager
    async def layers() -> AsyncIterator[list[Layer]]:
        if request.param == "memcached":
            server = Memcached(request.getfixturevalue("memcached"))
            yield [InMemcached(server)]
            server.close()
        elif request.param == "table":
            database = Database(request.getfixturevalue("conninfo"), 4)
            await database.pool.open()
            yield [InTable(database.pool, 64 << 20)]
            await database.pool.close()
        else:
            yield []

    def run(test: Callable[[Processes], Awaitable[None]]) -> None:
        async def both() -> None:
            async with layers() as found:
                await test(Processes(found))

        if request.param == "memcached":
            request.getfixturevalue("memcached")
        elif request.param == "table":
            request.getfixturevalue("conninfo")
        asyncio.run(asyncio.wait_for(both(), 60))

    return run


@pytest.fixture
def live(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Over the database of the module's `rig`."""
    monkeypatch.setattr(ticker, "INTERVAL_S", 0.1)
    with site(rig.conninfo, web_misses_per_second=0.0) as found:
        yield found
