"""The database server of the faults: an embedded one of their own, because some of them kill it.

It writes its log as late as it may, so that a crash loses as many asynchronous commits as can be lost.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.embedded import embedded
from ops.embedded.keeper import ready_pid
from sql.migrate import migrate
from tests import databases
from tests.ops.embedded_directory import private_directory

NETWORK = "test"
# no write to disk on its own for ten seconds: only a synchronous commit makes the earlier ones durable
_SETTINGS = {"wal_writer_delay": "10s", "wal_writer_flush_after": "1GB", "synchronous_commit": "on"}


class Server:
    """One running Postgres, kept by its keeper whatever happens to it."""

    def __init__(self, conninfo: str, data: Path) -> None:
        self.conninfo = conninfo
        self._data = data
        self._numbers = itertools.count(1)

    @contextmanager
    def database(self) -> Iterator[str]:
        """The conninfo of a fresh, migrated, empty database.

        Not from a template: in a copy, Postgres (18.6) does not log a sequence's next numbers before it has used up
        those it had set aside in the original, and a crash gives them out again.
        """
        with databases.made(self.conninfo, f"fault_{next(self._numbers)}") as conninfo:
            migrate(conninfo, NETWORK)
            yield conninfo

    def signal(self, number: int) -> None:
        """Send a signal to the postmaster: SIGQUIT is an immediate stop, after which the keeper starts it again."""
        os.kill(self.postmaster(), number)

    def is_up_since(self, postmaster: int) -> bool:
        """Whether another postmaster than this one takes connections."""
        return ready_pid(str(self._data)) not in (None, postmaster)

    def postmaster(self) -> int:
        """Its process, as soon as it is up."""
        pid = ready_pid(str(self._data))
        if pid is None:
            raise LookupError("there is no postmaster now")
        return pid


@contextmanager
def a_server() -> Iterator[Server]:
    """A server for as long as the block lasts."""
    with private_directory() as data, embedded(data, settings=_SETTINGS, linger_s=0, log=lambda _: None) as conninfo:
        yield Server(conninfo, data / "data")
