"""What the peers are given: one recording on all three wires, and the rows that our collector makes of it.

It owns that the events are the same ones on every wire, and how many. It does not know who is given what.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benchmarks import child
from benchmarks.balance import WrongRun
from benchmarks.feed import Feed
from benchmarks.options import EVENTS_MAX
from benchmarks.peers.options import PeersOptions
from benchmarks.recording import RecordingError, Writer, is_frames, read
from benchmarks.relay import Relay
from benchmarks.store import timed
from benchmarks.trial import Server, Trials
from collector.envelopes import BEGIN
from collector.rows import COLUMNS
from sql.session import connect

NO_FOLD_S = 600.0
"""Later than any run ends: nothing is folded meanwhile."""
_ROWS = f"copy (select {', '.join(COLUMNS)} from event) to stdout (format binary)"  # noqa: S608
_DAYS = "select distinct time::date from event order by 1"


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of the event log, as COPY takes them, and the days that they need partitions of."""

    file: Path
    count: int
    days: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """The feeds, how many events each has, and the rows of the first."""

    subscribe: Feed
    """Jetstream's /subscribe, looped where more is wanted than is recorded."""
    subscribe_events: Feed
    """Jetstream v2's own wire, not compressed."""
    subscribe_repos: Feed
    """The raw firehose."""
    events: int
    events_once: int
    """On the wires that can not be looped: Jetstream v2's own"""
    events_of_repos: int
    """and the raw firehose."""
    frames_of_repos: int
    rows: Rows


def material_of(options: PeersOptions, folder: Path, server: Server, say: Callable[[str], None]) -> Material:
    """Make it all in a folder. Raises WrongRun, ChildFailed."""
    recording, frames = folder / "recording.jsonl.zst", folder / "recording.bin.zst"
    once = _record(options, recording, say)
    of_repos = min(once, EVENTS_MAX["repos"])
    frames_count = _relay(recording, of_repos, frames)
    subscribe = Feed(recording, "jetstream", 1.0)
    say("one run of ours, for the rows that the bare COPY copies")
    keeping = _Keeping(server, folder / "rows")
    Trials(keeping.server, subscribe, not options.recording, options.workers).flat_out(options.events, NO_FOLD_S)
    return Material(
        subscribe=subscribe,
        subscribe_events=Feed(recording, "jetstream-v2", 1.0, ("--events",)),
        subscribe_repos=Feed(frames, "repos", frames_count / of_repos),
        events=options.events, events_once=once, events_of_repos=of_repos, frames_of_repos=frames_count,
        rows=keeping.rows,
    )  # fmt: skip


def _record(options: PeersOptions, path: Path, say: Callable[[str], None]) -> int:
    """The first events of the given recording, or simulated ones; how many there are."""
    count = min(options.events, EVENTS_MAX["jetstream"])
    if not options.recording:
        say(f"simulating {count:,} events")
        child.run("simulate", "--events", str(count), "--seed", str(options.seed), "--out", str(path))
        return count
    try:
        lines = [] if is_frames(options.recording) else list(islice(read(options.recording), count))
    except RecordingError as error:
        raise WrongRun(str(error)) from error
    if not lines or lines[0].startswith(BEGIN):
        raise WrongRun(f"{options.recording} has no lines of /subscribe, which is what plain collectors read")
    with Writer(path) as writer:
        for line in lines:
            writer.write(line)
    return len(lines)


def _relay(recording: Path, events: int, path: Path) -> int:
    """The first events as a relay sends them; in how many frames."""
    with Writer(path) as writer:
        for _, _, frame in Relay().frames(islice(timed(read(recording)), events)):
            writer.write(frame)
        return writer.lines_count


class _Keeping:
    """A server of databases whose event log is kept, packed, when they end."""

    def __init__(self, server: Server, file: Path) -> None:
        self._server, self._file = server, file
        self.rows = Rows(file, 0, ())

    @contextmanager
    def server(self) -> Iterator[str]:
        """One database."""
        with self._server() as conninfo:
            yield conninfo
            with connect(conninfo, None, "bench") as connection, self._file.open("wb") as file:
                cursor = connection.cursor()
                with cursor.copy(_ROWS.encode()) as copy:
                    for block in copy:
                        file.write(block)
                count = cursor.rowcount
                days = tuple(str(day) for (day,) in connection.execute(_DAYS))
        self.rows = Rows(self._file, count, days)
