"""Vitals: every figure a process of the group shows, declared once, in memory that the others may read.

One process writes a block, anybody reads it; a figure is eight bytes, so it is never torn. They are for people, metrics
and the watchdog; nothing is counted from them.
"""

from __future__ import annotations

import ctypes
from multiprocessing.context import SpawnContext
from typing import Any

from collector.event import ACCOUNT, CREATE, DELETE, FOLLOW, IDENTITY, LIKE, NOTICE, POST, REPOST, SYNC, UPDATE

COLLECTIONS = (
    POST, LIKE, REPOST, FOLLOW, "app.bsky.actor.profile", "app.bsky.actor.status", "app.bsky.feed.generator",
    "app.bsky.feed.postgate", "app.bsky.feed.threadgate", "app.bsky.graph.block", "app.bsky.graph.list",
    "app.bsky.graph.listblock", "app.bsky.graph.listitem", "app.bsky.graph.starterpack",
    "app.bsky.graph.verification", "app.bsky.labeler.service", "chat.bsky.actor.declaration",
)  # fmt: skip
"""Collections that are shown by name. Anybody can make up others, without end: those are one together."""
OTHER = "other"
EVENTS = (
    *((collection, operation) for collection in (*COLLECTIONS, OTHER) for operation in (CREATE, UPDATE, DELETE)),
    (IDENTITY, NOTICE), (ACCOUNT, NOTICE), (SYNC, NOTICE),
)  # fmt: skip
"""Events are shown by these, collection and operation."""
REASONS = (
    "not_json", "not_an_object", "kind_unknown", "did_invalid", "time_invalid", "time_in_future", "commit_missing",
    "rev_invalid", "operation_unknown", "collection_invalid", "rkey_invalid", "record_missing", "subject_missing",
    "identity_missing", "account_missing", "seq_invalid", "active_invalid", "too_large", "did_ambiguous",
    "refused_by_database", "not_cbor", "body_invalid", "blocks_invalid", "block_invalid", "block_missing",
    "cid_mismatch", "record_invalid", "operations_invalid", "too_many_operations", "too_big",
)  # fmt: skip
"""Why events are quarantined (DESIGN.md, "Bad input")."""
COPIED = ("event", "account_tally", "term_tally", "network_tally", "repost_tally", "tick")
"""Tables that batches are copied into."""
BATCH_FRAMES_MAX = (1, 10, 100, 500, 1000, 2000, 4000, 8000)
"""Batches are shown by how many frames they have at most."""
DURABLE_WITHIN_S = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
SEEN_BY = ("both", "first", "second")
"""Of two hosts that are read at once: what both deliver, and what only one does."""
BOARDS = ("1h", "1d", "7d", "30d", "level", "all", "hour")
"""What is made at a time: the boards of one window, the one of levels, all of them, or those of the end of an hour."""


class _Block:
    """A fixed set of figures in shared memory, by name."""

    _figures: tuple[str, ...] = ()
    _memory: Any

    def __init__(self, context: SpawnContext) -> None:
        self._memory = context.RawArray(ctypes.c_double, len(self._figures))
        self._at = {figure: at for at, figure in enumerate(self._figures)}

    def get(self, figure: str) -> float:
        """The figure now."""
        return float(self._memory[self._at[figure]])

    def set(self, figure: str, value: float) -> None:
        """Replace a figure."""
        self._memory[self._at[figure]] = value

    def add(self, figure: str, amount: float) -> None:
        """Add to a figure; only its own process may."""
        self._memory[self._at[figure]] += amount


class ReaderVitals(_Block):
    """What the reader shows."""

    _figures = (
        "connected",  # 1 while a socket is open
        "frames",  # received since the start of this run
        "bytes",
        "reconnects",
        "time_us",  # the stream time of the last batch
        "queued_bytes",  # waiting for workers in this process
        "new_at",  # monotonic seconds: when something newer than all before last came
        "first_at",  # monotonic seconds: when the first frame of this run came
        "alive_at",  # monotonic seconds: when its loop last turned
        "host_failed",  # 1 when it ends because the host does not answer and there are others to try
        *(f"seen_by_{by}" for by in SEEN_BY),  # commits, while two hosts are read at once
        "paused",  # set by the supervisor: 1 while reading must wait
    )  # fmt: skip

    def __init__(self, context: SpawnContext) -> None:
        super().__init__(context)
        self._trouble = context.RawArray(ctypes.c_char, 400)

    @property
    def trouble(self) -> str:
        """The last connection trouble in one line, empty while all is well."""
        return bytes(self._trouble.value).decode(errors="replace")

    @trouble.setter
    def trouble(self, text: str) -> None:
        self._trouble.value = text.encode()[:399]


class WorkerVitals(_Block):
    """What one worker shows."""

    _figures = (
        "ready",  # 1 once its window is loaded
        "batches",
        "frames",  # in them
        "events",  # accepted since the start of this run
        "duplicates",
        "refused",
        "losses",
        "gaps",  # written
        "window_keys",
        "sort_out_s",  # spent on finding what a batch comes to
        "feeds_s",  # on finding which feeds take its posts
        "names_s",  # on writing new names
        "commit_s",  # in the transactions of batches
        "feeds_changed",  # set by the supervisor: one more whenever feeds have to be read anew
        "feed_posts_taken",  # posts that one feed or more took
        "feed_entries_taken",  # the same, by feed
        "feed_entries_gone",  # posts that a delete or a change took out of feeds
        "committed_at",  # monotonic seconds: when events were last made durable
        *(f"durable_within_{s}_s" for s in DURABLE_WITHIN_S),  # events, by how long after the socket at most
        "durable_later",
        "durable_s",  # events times the seconds that it took
        *(f"batches_to_{frames}" for frames in BATCH_FRAMES_MAX),  # batches, by how many frames they have at most
        "batches_larger",
        *(f"accepted {collection} {operation}" for collection, operation in EVENTS),
        *(f"refused {reason}" for reason in REASONS),
        *(f"copied {table}" for table in COPIED),  # rows
    )  # fmt: skip

    def durable(self, events: int, after_s: float, now: float) -> None:
        """Note that events became durable, at most so long after they came from the socket."""
        within = next((f"durable_within_{s}_s" for s in DURABLE_WITHIN_S if after_s <= s), "durable_later")
        self.add(within, events)
        self.add("durable_s", events * after_s)
        if events:
            self.set("committed_at", now)


class RollerVitals(_Block):
    """What the roller shows."""

    _figures = (
        "folds",
        "fold_s",  # spent folding
        "last_fold_s",
        "watermark_us",
        "empty",  # 1 when the last fold found nothing in either segment
        "alive_at",  # monotonic seconds: when it last began or ended a fold
        "folded_at",  # monotonic seconds: when something was last folded
        "log_days_short",  # days that the event log is shorter than asked, for the sake of the disk budget
        "over_budget_bytes",  # what the database takes more than the disk budget, after that
        *(f"boards {made}" for made in BOARDS),  # how often they were made
        *(f"boards {made} s" for made in BOARDS),  # spent on it
    )  # fmt: skip
