"""The worker process: batches of its lanes in, one durable transaction each.

It sorts a batch out: decode, drop what was seen, find what deletes take back; the writer makes it durable. A lost
database connection ends the process, because then only the database knows what was written. It never touches the
socket, the rollups or another worker.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable
from multiprocessing.connection import Connection

import psycopg

from collector import tid
from collector.batch import Batch, unpack
from collector.checkpoint import unix_us
from collector.content import Accepted, Content, Refused, key_digest
from collector.crashpoint import crashpoint
from collector.decode import decode
from collector.errors import BadFrame
from collector.event import CREATE, DELETE, FOLLOW, LIKE, NOTICE, POST, REPOST, spelled_key
from collector.lanes import lanes_of_worker
from collector.names import Names
from collector.queue import QueueReader
from collector.record import losses
from collector.rows import KEY, Row, lane_of_packed, record_of, row_of, unpack_plain
from collector.settings import CollectorSettings
from collector.shortcut import Shortcut
from collector.tally import Collections
from collector.vitals import WorkerVitals
from collector.window_load import load_window
from collector.writer import Writer
from sql import statement
from sql.session import connect

_BATCHES_BETWEEN_COLLECTIONS = 1000
_LAG_SAMPLES = 64
_LAG_US_MAX = 600_000_000


class Worker:
    """Sorts out and writes batches of its lanes; one per process."""

    def __init__(
        self, settings: CollectorSettings, connection: psycopg.Connection, host: str, epoch: int, lanes: list[int]
    ) -> None:
        self._connection = connection
        self._latest_ahead_us = int(settings.future_s_max * 1e6)
        self._event_bytes_max = settings.event_bytes_max
        self._first_lane = min(lanes)
        self._names = Names(connection)
        post, like, repost, follow = (self._names.collection(name) for name in (POST, LIKE, REPOST, FOLLOW))
        self._follow = follow
        self._collections = Collections(post, like, repost, follow)
        self._writer = Writer(connection, host, epoch, lanes)
        self._window = load_window(connection, lanes, settings)
        self._shortcut = Shortcut(self._names, self._window, self._collections)
        self._refused_for_time = {row[0] for row in connection.execute(statement("event/refused_for_time"))}
        self._lag_us = 0

    def handle(self, batch: Batch, vitals: WorkerVitals) -> None:
        """Make one batch durable."""
        begun = time.monotonic()
        content = self._sort_out(batch)
        sorted_out = time.monotonic()
        self._names.flush()
        crashpoint("after_names")
        self._writer.write(content)
        self._refused_for_time |= {r.digest for r in content.refused if r.reason == "time_in_future"}
        vitals.add("batches", 1)
        vitals.add("events", sum(content.events))
        vitals.add("duplicates", len(content.duplicates))
        vitals.add("refused", len(content.refused))
        vitals.add("losses", len(content.losses))
        vitals.set("window_keys", len(self._window))
        vitals.add("sort_out_s", sorted_out - begun)
        now = time.monotonic()
        vitals.add("commit_s", now - sorted_out)
        vitals.durable(sum(content.events), now - batch.since, now)

    def _sort_out(self, batch: Batch) -> Content:
        content = Content(batch.position, self._collections, gaps=batch.gaps)
        latest_us = time.time_ns() // 1000 + self._latest_ahead_us
        frames = batch.frames
        # where events were refused each one must be held against them, and what is too large is refused
        if not self._refused_for_time and max(map(len, frames), default=0) <= self._event_bytes_max:
            frames = self._shortcut.take(frames, content, latest_us)
        open_questions = [item for frame in frames if (item := self._long_way(frame, content, latest_us))]
        if open_questions:
            self._consult_log(content, open_questions)
        content.content_us = self._content_time(content)
        return content

    def _long_way(self, frame: bytes, content: Content, latest_us: int) -> Accepted | None:
        """Decode a frame and put it where it belongs; return it if only the log can say where that is."""
        try:
            event = decode(frame, latest_us, self._event_bytes_max)
            if event is None:
                return None
            if self._refused_for_time and key_digest(spelled_key(event)) in self._refused_for_time:
                raise BadFrame("time_in_future", spelled_key(event))
        except BadFrame as bad:
            content.refused.append(Refused(bad.reason, self._first_lane, frame, bad.key))
            return None
        row = row_of(event, self._names)
        key = row.packed[KEY]
        if key in self._window:
            content.duplicates.append(lane_of_packed(row.packed))
            return None
        item = Accepted(row, frame, event.notice)
        asks = self._needs_history(row)
        self._window.add(key, row.time_us, row.operation == DELETE)
        if asks:
            return item
        content.accept(item)
        return None

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
        history = self._history(records.values())
        logged = {(record, row.rev) for record, rows in history.items() for row in rows}
        for item in questions:
            if (record_of(item.row), item.row.rev) in logged:
                content.duplicates.append(lane_of_packed(item.row.packed))
            else:
                content.accept(item)
        new: dict[bytes, list[Row]] = {}
        for row in content.rows_of(set(records)):
            new.setdefault(record_of(row), []).append(row)
        for record, rows in new.items():
            for loss in losses(history.get(record, []), rows, self._kept_for_ever):
                content.lose(loss)

    def _history(self, rows: Iterable[Row]) -> dict[bytes, list[Row]]:
        """What the log has of these records, by record."""
        wanted = {(row.actor, row.rkey, row.collection): record_of(row) for row in rows}
        given = {
            "actors": [actor for actor, _, _ in wanted],
            "rkeys": [rkey for _, rkey, _ in wanted],
            "collections": [collection for _, _, collection in wanted],
        }
        found: dict[bytes, list[Row]] = {}
        for at, operation, rev, actor, rkey, collection, *rest in self._connection.execute(
            statement("event/history"), given
        ):
            row = Row(b"", unix_us(at), operation, rev, actor, rkey, collection, *rest)
            found.setdefault(wanted[actor, rkey, collection], []).append(row)
        return found

    def _kept_for_ever(self, collection: int) -> bool:
        return collection == self._follow

    def _content_time(self, content: Content) -> int:
        """The position in the time of revs, which all hosts share: the stream time less the usual lag of revs."""
        rows = [unpack_plain(packed) for packed in content.plain[:: len(content.plain) // _LAG_SAMPLES + 1]]
        rows = rows or [item.row for item in content.accepted if item.row.operation != NOTICE]
        lags = sorted(row.time_us - tid.time_us(row.rev) for row in rows)
        if lags:
            self._lag_us = min(max(lags[len(lags) // 2], 0), _LAG_US_MAX)
        return content.position.time_us - self._lag_us


def run(
    settings: CollectorSettings,
    conninfo: str,
    host: str,
    epoch: int,
    number: int,
    pipe: Connection,
    vitals: WorkerVitals,
) -> None:
    """The process: every batch of worker `number` until the reader ends the stream."""
    lanes = lanes_of_worker(number, settings.workers)
    queue = QueueReader(pipe)
    with connect(conninfo, "skytally_collector", f"worker {number} epoch {epoch}") as connection:
        # rows and cursor are lost together or not at all; only the epoch must be on disk before anything else
        connection.execute("set synchronous_commit = off")
        worker = Worker(settings, connection, host, epoch, lanes)
        # from here on a worker looks up by key only, and tables that grow by the second have no statistics to say so
        connection.execute("set enable_hashjoin = off")
        connection.execute("set enable_mergejoin = off")
        connection.execute("set enable_seqscan = off")
        vitals.set("ready", 1)
        gc.disable()  # a batch makes many objects and no circles; looking for them costs a tenth
        batches = 0
        while (data := queue.get()) is not None:
            crashpoint("after_get")
            worker.handle(unpack(data), vitals)
            batches += 1
            if batches % _BATCHES_BETWEEN_COLLECTIONS == 0:
                gc.collect()
