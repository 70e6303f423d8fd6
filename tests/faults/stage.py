"""One run: a recording, a host that plays it, the real collector on a fresh database, and what the fault does to them.

It owns how a run begins and ends, how long the recovery took, and that nothing is left of it. What is struck and how
it is known to have fired is the fault's business.
"""

from __future__ import annotations

import os
import signal
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random

import psycopg

from benchmarks.faults import FaultOptions
from benchmarks.store import Store
from ops.audit import Report, audit
from sql.session import connect
from tests.faults.finish import all_counted
from tests.faults.hosts import Host, Hosts, hosts
from tests.faults.process import Collector, Kept, marked, wait_for
from tests.faults.recordings import EVENTS, recording
from tests.faults.server import Server
from tests.faults.watch import Watch

SPAN_S = 1.2
"""In which the recording flows; what is struck must be struck within it."""


class NotFired(Exception):
    """The run is void: what it was to survive did not happen."""


class NotHere(Exception):
    """This machine or user can not have the fault."""


class Stage:
    """What a fault may use."""

    def __init__(
        self, seed: int, server: Server, conninfo: str, folder: Path, played: Hosts,
        recordings: list[Path] | None = None,
    ) -> None:  # fmt: skip
        """`recordings`: what is delivered, where it is not one of those made for all runs."""
        self.random = Random(seed)
        self.seed = seed
        self.server = server
        self.stack = ExitStack()
        """What is to be left after the run."""
        self.hosts = played
        self.folder = folder
        self.mark = uuid.uuid4().hex
        self.recordings = [recording(folder.parent, seed)] if recordings is None else recordings
        self.notes: list[str] = []
        self.settings = {"fold-interval-s": "0.2", "board-interval-s": "1", "stop-deadline-s": "60"}
        self.variables: dict[str, str] = {}
        self.use(conninfo)
        self.excused = ""
        """What the audit may find and nothing says it should."""
        self.is_over = False
        """Whether it has ended in order."""
        self.collector: Kept
        self.host: Host
        self.struck_s: float | None = None
        """When it was struck, on the monotonic clock."""

    @property
    def recording(self) -> Path:
        return self.recordings[0]

    def use(self, conninfo: str, data_dir: Path | None = None) -> None:
        """The database of the run; with a data directory the collector takes it for its own and watches its disk."""
        self.conninfo = conninfo
        self.watch = Watch(conninfo)
        self.stack.callback(self.watch.stop)
        if data_dir is None:
            self.variables["DATABASE_URL"] = conninfo
        else:
            self.variables["DATABASE_URL"] = ""
            self.settings["data-dir"] = str(data_dir)

    def exactly(self) -> None:
        """Read nothing again that the checkpoint says is durable: of a stream in order it must be right."""
        self.settings["rewind-s"] = "0"

    def play(self, faults: FaultOptions | None = None, store: Store | None = None, span_s: float = SPAN_S) -> None:
        """A host that begins to play with its first client."""
        self.host = self.hosts.host(store or Store.load(self.recording), span_s, faults)

    def collect(self, *urls: str) -> None:
        """Start the collector, on `urls` or the host."""
        given = {"source": " ".join(urls) or self.host.url, **self.settings}
        flags = [part for name, value in given.items() for part in (f"--{name}", value)]
        self.collector = Collector(self.mark, self.folder / "said", flags, self.variables)

    def begin(self) -> None:
        """Play, collect, and return somewhere in mid-stream; the rest is held back until it is struck, or ends."""
        self.play()
        self.host.hold()
        self.collect()
        self.reach(self.random.uniform(0.1, 0.6))

    def reach(self, share: float) -> None:
        """Return once this share of the recording is counted, and a chance moment later."""
        reached = wait_for(lambda: self.watch.now.events >= share * EVENTS)
        assert reached, f"{self.watch.now.events} events were counted, and no more:\n{self.collector.said()}"
        time.sleep(self.random.uniform(0, 0.03))

    def struck(self) -> None:
        """The fault strikes now: from here on the recovery is timed."""
        self.struck_s = time.monotonic()
        self.hosts.release()

    def struck_at(self, file: Path) -> None:
        """The fault struck when the file was made."""
        self.struck_s = time.monotonic() - (time.time() - file.stat().st_mtime)
        self.hosts.release()

    def group(self) -> dict[str, int]:
        """The processes of the group, once it is complete."""
        found: dict[str, int] = {}
        complete = wait_for(lambda: found.update(self.collector.group()) or found)
        assert complete, f"there is no group:\n{self.collector.said()}"
        return found

    def kill(self, name: str) -> None:
        """Kill one process of the group, which must start again then."""
        pid = self.group()[name]
        self.struck()
        os.kill(pid, signal.SIGKILL)
        self.must_say(f"{name} ended (killed by SIGKILL); starting again from the checkpoint")

    def expect(self, words: str, seconds: float = 20.0) -> None:
        """The collector says so: the proof of many faults."""
        if not wait_for(lambda: words in self.collector.said(), seconds):
            raise NotFired(f"nobody said {words!r}:\n{self.collector.said()}")

    def must_say(self, words: str) -> None:
        """The collector says so, or it has failed."""
        assert wait_for(lambda: words in self.collector.said()), f"nobody said {words!r}:\n{self.collector.said()}"

    def must_start_again(self, epoch: int) -> None:
        """A run comes after this one, or the collector has failed."""
        assert wait_for(lambda: self.watch.now.epoch > epoch), f"no run came after it:\n{self.collector.said()}"

    def end(self) -> None:
        """When all is counted the collector is told to end, and does so in order."""
        self.hosts.release()
        all_counted(self.conninfo, self.hosts, lambda: self.collector.process.poll() is None)
        self.collector.terminate()
        self.ended()

    def ended(self) -> None:
        """It ends in order."""
        code = self.collector.end()
        assert code == 0, f"it ended with {code}:\n{self.collector.said()}"
        self.is_over = True

    def audit(self) -> Report:
        """Everything that was delivered, recounted."""
        with self.database() as connection:
            report = audit(connection, self.recordings)
        if self.excused and [difference.found for difference in report.differences] == [self.excused]:
            return Report()
        return report

    def database(self) -> psycopg.Connection:
        """A session of the owner."""
        return connect(self.conninfo, None, "faults")

    def one(self, query: str) -> int:
        """The number a query comes to."""
        with self.database() as connection:
            row = connection.execute(query.encode()).fetchone()
        return int(row[0]) if row and row[0] is not None else 0

    def recovery_s(self) -> float | None:
        """Seconds from the strike to the first event that was counted after it."""
        return self.watch.recovery_s(self.struck_s) if self.struck_s is not None else None

    def orphans(self) -> list[int]:
        """What still lives of this run a moment after its end."""
        wait_for(lambda: not marked(self.mark), 2.0)
        return marked(self.mark)

    def clear(self) -> None:
        """Leave nothing behind, whatever went wrong."""
        for pid in marked(self.mark):
            os.kill(pid, signal.SIGKILL)
        self.stack.close()


@contextmanager
def stage(seed: int, server: Server, folder: Path) -> Iterator[Stage]:
    """The stage of one run."""
    folder.mkdir()
    with server.database() as conninfo, hosts() as played:
        made = Stage(seed, server, conninfo, folder, played)
        try:
            yield made
        finally:
            made.clear()
