"""A worker and a roller on a real database, in this process, so that a test can hand them batches and kill nothing.

What they count is judged by the audit, from the frames they were handed.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from benchmarks.recording import Writer as RecordingWriter
from collector.batch import Batch, Gap, Position
from collector.checkpoint import begin_epoch
from collector.feeds.kept import FeedsFile
from collector.measures import MEASURES
from collector.rollup import Fold
from collector.settings import CollectorSettings
from collector.vitals import WorkerVitals
from collector.windows import WINDOWS
from collector.wires import REPOS, wire_of
from collector.worker import Worker
from ops.audit import Report, audit
from sql.session import connect
from tests.collector.frames import NOON_US

HOST = "test:1/subscribe"
BOARDS = (len(MEASURES) + 1) * len(WINDOWS) + 1
"""How many there are: each measure's and active accounts in every window, and levels."""
_CONTEXT = multiprocessing.get_context("spawn")


class Rig:
    """One worker that owns every lane; `restart` is what a new run of the group is to the database."""

    def __init__(self, conninfo: str, folder: Path, **settings: object) -> None:
        self.settings = CollectorSettings(source=("ws://test:1/subscribe",), network="test", workers=1, **settings)  # type: ignore[arg-type]
        self.conninfo = conninfo
        self.folder = folder
        self.handed: list[bytes] = []
        self.vitals = WorkerVitals(_CONTEXT)
        self.roller = connect(conninfo, "skytally_roller", "roller of a test")
        self.owner = connect(conninfo, None, "test")
        self._opened = [self.roller, self.owner]
        self.restart()

    def restart(self, host: str = HOST) -> Worker:
        """A new epoch, and a worker that knows what the database knows. Returns it; the one before is a zombie."""
        self.suffix = ".bin" if wire_of(host) == REPOS else ".jsonl"
        with connect(self.conninfo, "skytally_collector", "supervisor of a test") as connection:
            self.epoch = begin_epoch(connection, host, Position(NOON_US, NOON_US))
        self.collector = connect(self.conninfo, "skytally_collector", "test")
        self._opened.append(self.collector)
        self.worker = Worker(self.settings, self.collector, host, self.epoch, list(range(32)))
        return self.worker

    def feeds(self, text: str) -> None:
        """Have these feeds, as a file says them; a worker knows them when it begins, or is told to look."""
        file = self.folder / "feeds.toml"
        file.write_text(text)
        FeedsFile(str(file)).store(self.collector)

    def hand(self, *frames: bytes, at: int = 0, gaps: Iterable[Gap] = ()) -> None:
        """One batch; the position is `at` milliseconds after noon."""
        self.handed += frames
        position = Position(NOON_US + at * 1000, NOON_US + at * 1000)
        self.worker.handle(Batch(position, list(gaps), list(frames)), self.vitals)

    def fold(self) -> set[datetime]:
        """Fold and close; the minutes that were folded into."""
        fold = Fold(self.roller)
        folded = fold.fold()
        while folded.watermark is not None and fold.close(folded.watermark):
            pass
        return folded.minutes

    def audit(self) -> Report:
        """Everything that was handed, recounted."""
        recording = self.folder / f"handed{self.suffix}"
        with RecordingWriter(recording) as writer:
            for frame in self.handed:
                writer.write(frame)
        return audit(self.owner, [recording])

    def numbers(self) -> dict[str, int]:
        """Every metric that is not zero, over all accounts: gained as `metric`, lost as `-metric`."""
        found: dict[str, int] = {}
        for name, gained, lost in self.owner.execute(
            "select name, sum(gained)::int, sum(lost)::int from account_minute join metric on id = metric group by name"
        ):
            found |= {name: gained} if gained else {}
            found |= {"-" + name: lost} if lost else {}
        return found

    def one(self, query: str) -> object:
        """The first value of a query's first row."""
        row = self.owner.execute(query.encode()).fetchone()
        return row[0] if row else None

    def close(self) -> None:
        for connection in self._opened:
            connection.close()
