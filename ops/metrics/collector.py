"""Metrics of the collector: each declared here, once, and read from the vitals of its groups.

Counters go on when a group dies and another one is started. It does not know how they are shown, and asks the database
nothing itself (`stored`).
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from pathlib import Path

from collector.group import Group
from collector.settings import CollectorSettings
from collector.vitals import BATCH_FRAMES_MAX, BOARDS, COPIED, DURABLE_WITHIN_S, EVENTS, REASONS, SEEN_BY, WorkerVitals
from ops.metrics import processes
from ops.metrics.exposition import Histogram, Key, Metric, Value, all_added, exposed
from ops.metrics.stored import STORED, Stored
from sql.operations import NAMES
from sql.version import VERSION

_STAGES = {"sort_out": "sort_out_s", "feeds": "feeds_s", "names": "names_s", "commit": "commit_s"}

METRICS = (
    Metric("skytally_build_info", "gauge", "The version that runs; always 1.", "", ("version",)),
    Metric("skytally_start_timestamp_seconds", "gauge", "When the collector was started, Unix time.", "seconds"),
    Metric("skytally_source_info", "gauge", "The host that is read, or tried; always 1.", "", ("host",)),
    Metric("skytally_connected", "gauge", "1 while a socket to the source is open."),
    Metric("skytally_reading_paused", "gauge", "1 while nothing is read because the disk is nearly full."),
    Metric("skytally_received_frames_total", "counter", "Frames received."),
    Metric("skytally_received_bytes_total", "counter", "Bytes of frames received.", "bytes"),
    Metric("skytally_reconnects_total", "counter", "Connections to the source that ended or failed."),
    Metric(
        "skytally_compared_commits_total", "counter", "Commits that one or both of two sources read at once delivered.",
        "", ("by",),
    ),
    Metric("skytally_host_switches_total", "counter", "Changes to another source, because one did not answer."),
    Metric("skytally_group_starts_total", "counter", "Starts of the group: reader, workers and roller."),
    Metric("skytally_lag_seconds", "gauge", "How far the newest frame received is behind the clock.", "seconds"),
    Metric("skytally_queue_bytes", "gauge", "Bytes in the reader that wait for workers.", "bytes"),
    Metric("skytally_queue_limit_bytes", "gauge", "Bytes that may wait before reading pauses.", "bytes"),
    Metric("skytally_events_total", "counter", "Events counted.", "", ("collection", "operation")),
    Metric("skytally_duplicates_total", "counter", "Events that had been counted before, and were dropped."),
    Metric("skytally_quarantined_total", "counter", "Events that could not be counted, each once.", "", ("reason",)),
    Metric("skytally_losses_total", "counter", "Counts that a delete took back."),
    Metric("skytally_gaps_total", "counter", "Intervals that upstream did not deliver."),
    Metric("skytally_batch_frames", "histogram", "Frames of a batch.", "", (), BATCH_FRAMES_MAX),
    Metric("skytally_batch_seconds_total", "counter", "Time that workers spent on batches.", "seconds", ("stage",)),
    Metric("skytally_copied_rows_total", "counter", "Rows written by COPY.", "", ("table",)),
    Metric(
        "skytally_durable_seconds", "histogram", "From the socket to durable rows, of each event at most.", "seconds",
        (), DURABLE_WITHIN_S,
    ),
    Metric("skytally_feed_posts_total", "counter", "Posts that one custom feed or more took."),
    Metric("skytally_feed_entries_total", "counter", "The same by feed, and such that left again.", "", ("change",)),
    Metric("skytally_window_keys", "gauge", "Keys of events in memory, by which such that come again are known."),
    Metric("skytally_folds_total", "counter", "Folds of tallies into rollups."),
    Metric("skytally_fold_seconds_total", "counter", "Time spent on folds.", "seconds"),
    Metric("skytally_last_fold_seconds", "gauge", "What the last fold took.", "seconds"),
    Metric("skytally_boards_made_total", "counter", "Boards made: of a window, all, an hour's end.", "", ("boards",)),
    Metric("skytally_boards_seconds_total", "counter", "Time spent on making boards.", "seconds", ("boards",)),
    Metric("skytally_log_short_days", "gauge", "Days that the disk budget has cost the event log."),
    Metric("skytally_over_budget_bytes", "gauge", "What the database takes more than its disk budget.", "bytes"),
    Metric("skytally_disk_free_bytes", "gauge", "Free on the disk of the embedded database.", "bytes"),
    Metric("skytally_disk_size_bytes", "gauge", "Size of that disk.", "bytes"),
    *STORED,
    *processes.metrics("skytally"),
)  # fmt: skip
"""Every metric of this half."""


class CollectorMetrics:
    """What is known of one supervisor's groups. Shown from another thread than the supervisor's."""

    def __init__(self, settings: CollectorSettings, conninfo: str, disk: Path | None) -> None:
        self._settings, self._disk = settings, disk
        self._stored = Stored(conninfo)
        self._started_at = time.time()
        self._lock = threading.Lock()
        self._group: Group | None = None
        self._host = ""
        self._ended: dict[Key, Value] = {}
        """What groups that have ended had counted."""
        self._starts = self._switches = 0

    def look(self, group: Group) -> None:
        """This group is there now."""
        if group is self._group:
            return
        with self._lock:
            self._starts += 1
            self._switches += self._host not in ("", group.host)
            self._group, self._host = group, group.host

    def ended(self, group: Group) -> None:
        """It is gone, and nothing writes its vitals any more."""
        self.look(group)
        with self._lock:
            self._ended = all_added([self._ended, _counted(group)])
            self._group = None

    def text(self) -> str:
        """All of it, as Prometheus reads it."""
        with self._lock:
            found = self._of_groups()
        found |= self._around() | self._stored.samples()
        return exposed(METRICS, found)

    def _of_groups(self) -> dict[Key, Value]:
        group = self._group
        found: dict[Key, Value] = {
            ("skytally_group_starts_total", ()): self._starts,
            ("skytally_host_switches_total", ()): self._switches,
            ("skytally_connected", ()): 0,
            ("skytally_queue_bytes", ()): 0,
            ("skytally_reading_paused", ()): 0,
        }
        pids = {"supervisor": os.getpid()}
        if group is not None:
            found |= _now(group)
            pids |= {process.name: process.pid or 0 for process in group.processes}
        if self._host:
            found["skytally_source_info", (self._host,)] = 1
        found |= all_added([self._ended, _counted(group)] if group is not None else [self._ended])
        return found | processes.samples("skytally", pids)

    def _around(self) -> dict[Key, Value]:
        found: dict[Key, Value] = {
            ("skytally_build_info", (VERSION,)): 1,
            ("skytally_start_timestamp_seconds", ()): self._started_at,
            ("skytally_queue_limit_bytes", ()): self._settings.queue_bytes_max * self._settings.workers,
        }
        if self._disk is not None:
            usage = shutil.disk_usage(self._disk)
            found["skytally_disk_free_bytes", ()] = usage.free
            found["skytally_disk_size_bytes", ()] = usage.total
        return found


def _now(group: Group) -> dict[Key, Value]:
    """How a group is."""
    reader, roller = group.reader_vitals, group.roller_vitals
    found: dict[Key, Value] = {
        ("skytally_connected", ()): reader.get("connected"),
        ("skytally_queue_bytes", ()): reader.get("queued_bytes"),
        ("skytally_reading_paused", ()): reader.get("paused"),
        ("skytally_window_keys", ()): sum(vitals.get("window_keys") for vitals in group.worker_vitals),
        ("skytally_last_fold_seconds", ()): roller.get("last_fold_s"),
        ("skytally_log_short_days", ()): roller.get("log_days_short"),
        ("skytally_over_budget_bytes", ()): roller.get("over_budget_bytes"),
    }
    if time_us := reader.get("time_us"):
        found["skytally_lag_seconds", ()] = max(0.0, time.time() - time_us / 1e6)
    return found


def _counted(group: Group) -> dict[Key, Value]:
    """What a group has counted since its start."""
    reader, roller = group.reader_vitals, group.roller_vitals
    of_reader: dict[Key, Value] = {
        ("skytally_received_frames_total", ()): reader.get("frames"),
        ("skytally_received_bytes_total", ()): reader.get("bytes"),
        ("skytally_reconnects_total", ()): reader.get("reconnects"),
        **{("skytally_compared_commits_total", (by,)): reader.get(f"seen_by_{by}") for by in SEEN_BY},
    }
    of_roller: dict[Key, Value] = {
        ("skytally_folds_total", ()): roller.get("folds"),
        ("skytally_fold_seconds_total", ()): roller.get("fold_s"),
        **{("skytally_boards_made_total", (made,)): roller.get(f"boards {made}") for made in BOARDS},
        **{("skytally_boards_seconds_total", (made,)): roller.get(f"boards {made} s") for made in BOARDS},
    }
    return all_added([of_reader, of_roller, *map(_counted_by, group.worker_vitals)])


def _counted_by(worker: WorkerVitals) -> dict[Key, Value]:
    """The same of one worker."""
    get = worker.get
    sizes = (*(f"batches_to_{most}" for most in BATCH_FRAMES_MAX), "batches_larger")
    delays = (*(f"durable_within_{within}_s" for within in DURABLE_WITHIN_S), "durable_later")
    return {
        **{
            ("skytally_events_total", (collection, NAMES[operation])): get(f"accepted {collection} {operation}")
            for collection, operation in EVENTS
        },
        **{("skytally_quarantined_total", (reason,)): get(f"refused {reason}") for reason in REASONS},
        **{("skytally_copied_rows_total", (table,)): get(f"copied {table}") for table in COPIED},
        **{("skytally_batch_seconds_total", (stage,)): get(figure) for stage, figure in _STAGES.items()},
        ("skytally_duplicates_total", ()): get("duplicates"),
        ("skytally_losses_total", ()): get("losses"),
        ("skytally_gaps_total", ()): get("gaps"),
        ("skytally_feed_posts_total", ()): get("feed_posts_taken"),
        **{("skytally_feed_entries_total", (of,)): get(f"feed_entries_{of}") for of in ("taken", "gone")},
        ("skytally_batch_frames", ()): Histogram(tuple(map(get, sizes)), get("frames")),
        ("skytally_durable_seconds", ()): Histogram(tuple(map(get, delays)), get("durable_s")),
    }
