"""The worker process: batches of its lanes in, one durable transaction each.

It sorts a batch out: decode, drop what was seen, find what deletes take back; the writer makes it durable. A lost
database connection ends the process, because then only the database knows what was written. It never touches the
socket, the rollups or another worker.
"""

from __future__ import annotations

import contextlib
import gc
import time
from multiprocessing.connection import Connection

import psycopg

from collector.batch import UNKNOWN_US, Batch, Position, unpack
from collector.checkpoint import unix_us
from collector.content import Accepted, Content, History
from collector.crashpoint import crashpoint
from collector.decode import decode
from collector.errors import BadFrame
from collector.event import ACCOUNT, CREATE, DELETE, FOLLOW, IDENTITY, LIKE, NOTICE, POST, REPOST, SYNC
from collector.feeds.kept import matcher_of
from collector.feeds.taking import taking
from collector.forgotten import NEVER, Forgotten
from collector.judge import Judge, Judged
from collector.lanes import lane_of, lanes_of_worker
from collector.memory import give_back, keep_large_blocks_apart
from collector.names import Names
from collector.overlap import Overlap, Recogniser
from collector.plain import Plain
from collector.queue import QueueReader
from collector.reckoning import Reckoning
from collector.refusals import Refusals
from collector.rows import Row, lane_of_packed, record_of, unpack_key
from collector.settings import CollectorSettings
from collector.shortcut import Shortcut
from collector.tally import Collections
from collector.vitals import WorkerVitals
from collector.window_load import load_window
from collector.wires import translator_of
from collector.writer import Writer
from sql import array_of, statement, tid
from sql.session import connect

_BATCHES_BETWEEN_COLLECTIONS = 500
_BATCHES_BETWEEN_TRIMS = 5
_LARGE_BYTES = 8 << 20  # the table of seen keys, and no batch: a batch is faster where the last one was
_LAG_SAMPLES = 32


class Worker:
    """Sorts out and writes batches of its lanes; one per process."""

    def __init__(
        self, settings: CollectorSettings, connection: psycopg.Connection, host: str, epoch: int, lanes: list[int],
        overlap: Overlap | None = None,
    ) -> None:  # fmt: skip
        self._connection = connection
        self._latest_ahead_us = int(settings.future_s_max * 1e6)
        self._first_lane = min(lanes)
        self._lanes = frozenset(lanes)
        self._translator = translator_of(host, settings)
        self._event_bytes_max = self._translator.line_bytes_max
        self._names = Names(connection)
        post, like, repost, follow = (self._names.collection(name) for name in (POST, LIKE, REPOST, FOLLOW))
        self._collections = Collections(post, like, repost, follow, experience=settings.experience)
        self._notices = {self._names.collection(name) for name in (IDENTITY, ACCOUNT, SYNC)}  # their revs are no times
        self._writer = Writer(connection, host, epoch, lanes)
        self._reckoning = Reckoning(self._names)
        self._window = load_window(connection, lanes, settings)
        self._judge = Judge(self._names, self._lanes, self._event_bytes_max)
        self._shortcut = Shortcut(self._names, self._window, self._collections, lanes)
        self._recogniser = Recogniser(overlap) if overlap is not None else None
        self._feeds, self._feeds_of = matcher_of(connection), 0.0
        self._refused = Refusals(row[0] for row in connection.execute(statement("event/refused_keys")))

    def handle(self, batch: Batch, vitals: WorkerVitals) -> None:
        """Make one batch durable."""
        begun = time.monotonic()
        content = self._sort_out(batch)
        sorted_out = time.monotonic()
        if vitals.get("feeds_changed") != self._feeds_of:
            self._feeds_of = vitals.get("feeds_changed")  # first: a change meanwhile is for the next
            self._feeds = matcher_of(self._connection)
        feeds = taking(self._feeds, content) if self._feeds is not None else None
        matched = time.monotonic()
        self._names.flush()
        named = time.monotonic()
        crashpoint("after_names")
        quarantined = self._writer.write(content, feeds)
        for refused in content.refused:  # the database may have refused some more
            if refused.key is not None:
                self._refused.add(refused.key)
        self._window.let_go()
        vitals.set("window_keys", len(self._window))
        vitals.add("sort_out_s", sorted_out - begun)
        vitals.add("feeds_s", matched - sorted_out)
        vitals.add("names_s", named - matched)
        vitals.add("commit_s", time.monotonic() - named)
        self._reckoning.add(vitals, batch, content, quarantined, self._writer.copied, feeds)

    def _sort_out(self, batch: Batch) -> Content:
        lines, origins, broken = self._translator.translate(batch.frames)
        content = Content(batch.position, self._collections, gaps=batch.gaps, origins=origins)
        latest_us = time.time_ns() // 1000 + self._latest_ahead_us
        unreadable = self._judge.broken(broken)
        plains, rest = self._read(lines, latest_us)
        judged = unreadable + self._judge.judge(rest, latest_us)
        if doubts := self._in_doubt(plains, judged):
            open_frames = set(rest).union(*[plain.frames_of(doubts) for plain in plains])
            plains = [kept for plain in plains if (kept := plain.without(doubts)) is not None]
            judged = unreadable + self._judge.judge([line for line in lines if line in open_frames], latest_us)
        judged += self._judge.judge(self._shortcut.accept(plains, content, self._refused), latest_us)
        open_questions = [item for each in judged if (item := self._long_way(each, content))]
        if open_questions:
            self._consult_log(content, open_questions)
        content.content_us = self._content_time(batch.position, lines, latest_us)
        if self._recogniser is not None and not self._recogniser.passed:
            content.recognised = self._recogniser.look(lines, content.revs(), batch.position)
        return content

    def _read(self, frames: list[bytes], latest_us: int) -> tuple[list[Plain], list[bytes]]:
        """What can go the short way; nothing of a batch with a frame too large."""
        if max(map(len, frames), default=0) > self._event_bytes_max:
            return [], frames
        return self._shortcut.read(frames, latest_us)

    def _in_doubt(self, plains: list[Plain], judged: list[Judged]) -> set[bytes]:
        """Events that are there in two shapes: the first to come counts, and only the long way can tell which."""
        others = {each.key for each in judged if each.key is not None}
        doubts = {key for plain in plains for key in others & plain.distinct}
        posts = [plain.distinct for plain in plains if plain.shape.collection == self._collections.post]
        return doubts | (posts[0] & posts[1]) if len(posts) == 2 else doubts

    def _long_way(self, judged: Judged, content: Content) -> Accepted | None:
        """Put an event where it belongs; return it if only the log can say where that is."""
        if judged.bad is not None:
            self._refuse(judged.frame, judged.bad, judged.key, content)
            return None
        row = judged.row
        assert row is not None
        assert judged.key is not None
        if judged.key in self._window or judged.key in self._refused:
            content.duplicates.append(lane_of_packed(row.packed))
            return None
        item = Accepted(row, judged.frame, judged.said)
        asks = self._needs_history(row)
        self._window.add(judged.key, row.time_us, row.operation == DELETE)
        if asks:
            return item
        content.accept(item)
        return None

    def _refuse(self, frame: bytes, bad: BadFrame, key: bytes | None, content: Content) -> None:
        """To the quarantine, unless the event has been counted before in a better shape."""
        if key is None or bad.key is None:
            content.put_aside(bad.reason, self._first_lane, frame, None)
            return
        lane = lane_of(bad.key.did.encode())
        rev, actor, rkey, collection = unpack_key(key)
        known = self._history({(actor, rkey, collection): b""}).get(b"", [])
        gone = collection not in self._notices and self._purged({actor}).get(actor, NEVER).takes(tid.time_us(rev))
        if gone or key in self._window or any(row.rev == rev for row in known):
            content.duplicates.append(lane)
        else:
            content.put_aside(bad.reason, lane if lane in self._lanes else self._first_lane, frame, key)
            self._refused.add(key)

    def _needs_history(self, row: Row) -> bool:
        """Whether the log must be asked about this record: a delete, a create whose delete has come before it, or
        an event that may have been accepted before the window begins."""
        if row.operation == DELETE or (row.operation == CREATE and record_of(row) in self._window.deleted):
            return True
        vouched_us = self._window.vouched_us
        rev_time_us = 0 if row.operation == NOTICE else tid.time_us(row.rev)
        return vouched_us > 0 and min(row.time_us, rev_time_us) <= vouched_us

    def _consult_log(self, content: Content, questions: list[Accepted]) -> None:
        """Drop what the log has already, and find what changes for the deletes of these records."""
        records = {record_of(item.row): item.row for item in questions}
        history = self._history({(row.actor, row.rkey, row.collection): key for key, row in records.items()})
        logged = {(record, row.rev) for record, rows in history.items() for row in rows}
        purged = self._purged({item.row.actor for item in questions})
        for item in questions:
            row = item.row
            if (record_of(row), row.rev) in logged or purged.get(row.actor, NEVER).takes(*_times_us(row)):
                content.duplicates.append(lane_of_packed(item.row.packed))
            else:
                content.accept(item)
        content.history = {
            record: purged.get(row.actor, NEVER).known(history.get(record, []), row.time_us)
            for record, row in records.items()
        }
        content.settle()

    def _purged(self, actors: set[int]) -> dict[int, Forgotten]:
        """What is not known any more of these accounts, of those that were purged."""
        rows = self._connection.execute(statement("event/purged"), {"actors": array_of(actors)})
        return {account: Forgotten(unix_us(before), unix_us(known_to)) for account, before, known_to in rows}

    def _history(self, wanted: dict[tuple[int, int, int], bytes]) -> History:
        """What the log has of these records, (actor, rkey, collection), by the keys they are wanted under."""
        given = {
            "actors": array_of(actor for actor, _, _ in wanted),
            "rkeys": array_of(rkey for _, rkey, _ in wanted),
            "collections": array_of(collection for _, _, collection in wanted),
        }
        found: History = {}
        for at, operation, rev, actor, rkey, collection, *rest in self._connection.execute(
            statement("event/history"), given
        ):
            row = Row(b"", unix_us(at), operation, rev, actor, rkey, collection, *rest)
            found.setdefault(wanted[actor, rkey, collection], []).append(row)
        return found

    def _content_time(self, position: Position, lines: list[bytes], latest_us: int) -> int | None:
        """The position in the time of revs, which all hosts share: the stream time less what revs lag behind it.

        Of a sample of frames, new or not, nine of ten lag less. None when none of them says.
        """
        lags = []
        for line in lines[:: len(lines) // _LAG_SAMPLES + 1]:
            with contextlib.suppress(BadFrame):
                event = decode(line, latest_us, self._event_bytes_max)
                if event is not None and event.operation != NOTICE:
                    lags.append(event.time_us - tid.time_us(event.rev))
        if not lags or position.time_us == UNKNOWN_US:
            return None
        return position.time_us - max(sorted(lags)[len(lags) * 9 // 10], 0)


def _times_us(row: Row) -> list[int]:
    """The times that an event has of its own: in the stream, and of its rev where that is a time."""
    return [row.time_us] if row.operation == NOTICE else [row.time_us, tid.time_us(row.rev)]


def _handle_next(worker: Worker, queue: QueueReader, vitals: WorkerVitals) -> bool:
    """Take a batch and make it durable; whether there was one. Nothing of it is left when the next one comes."""
    data = queue.get()
    if data is None:
        return False
    crashpoint("after_get")
    batch = unpack(data)
    del data  # the frames are copies
    worker.handle(batch, vitals)
    return True


def run(
    settings: CollectorSettings,
    conninfo: str,
    host: str,
    epoch: int,
    number: int,
    overlap: Overlap | None,
    pipe: Connection,
    vitals: WorkerVitals,
) -> None:
    """The process: every batch of worker `number` until the reader ends the stream; of the first ones it notes how much
    of the overlap with another host it recognises."""
    keep_large_blocks_apart(_LARGE_BYTES)
    lanes = lanes_of_worker(number, settings.workers)
    queue = QueueReader(pipe)
    with connect(conninfo, "skytally_collector", f"worker {number} epoch {epoch}") as connection:
        # rows and cursor are lost together or not at all; only the epoch must be on disk before anything else
        connection.execute("set synchronous_commit = off")
        worker = Worker(settings, connection, host, epoch, lanes, overlap)
        # from here on a worker looks up by key only, and tables that grow by the second have no statistics to say so
        connection.execute("set enable_hashjoin = off")
        connection.execute("set enable_mergejoin = off")
        connection.execute("set enable_seqscan = off")
        vitals.set("ready", 1)
        gc.disable()  # a batch makes many objects and no circles; looking for them costs a tenth
        batches = 0
        while _handle_next(worker, queue, vitals):
            batches += 1
            if batches % _BATCHES_BETWEEN_TRIMS == 0:
                give_back()
            if batches % _BATCHES_BETWEEN_COLLECTIONS == 0:
                gc.collect()
