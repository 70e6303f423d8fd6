"""The contenders, each with what it is given; every turn is a fresh database, replay server and process.

    skytally              our collector, unmodified: validated, deduplicated, stored, counted; its books are checked
    skytally-fold         the same with the fold and the boards, until all is folded
    skytally-v2, -repos   as the first, on the wires of the SDK's two
    sdk-jetstream         the atproto SDK's Jetstream client, only decoding
    sdk-firehose          its multiprocessing firehose example, only decoding
    copy, copy-unindexed  COPY of the very rows that ours has written, packed beforehand: the limit
    executemany           websockets, json, executemany of a thousand rows a transaction, nothing counted
    insert, insert-async  the same with an INSERT and a commit for each; the second does not wait for the disk
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from benchmarks.child import replay
from benchmarks.feed import Feed
from benchmarks.peers.material import NO_FOLD_S, Material
from benchmarks.peers.peer import timed, timed_storing
from benchmarks.peers.programs.plain import TABLE
from benchmarks.trial import COLLECTOR, Server, Trials
from collector.rows import COLUMNS
from sql.session import connect, entry

_FOLD_S = 2.0
INSERTED_SHARE = 20
"""An INSERT a row takes one event of so many: its rate is the same with all, and they take minutes."""
_UNINDEXED = "create table event_unindexed (like event)"

Turn = Callable[[], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Contenders:
    """Everybody's turn on one material."""

    server: Server
    material: Material
    simulated: bool
    workers: int

    def turns(self, *, sdk: bool) -> dict[str, Turn]:
        """By name; those that are compared stand beside each other, so that little time lies between them."""
        given = self.material
        inserted = max(given.events // INSERTED_SHARE, 1)
        found: dict[str, Turn] = {
            "copy": lambda: self._copy("event"),
            "skytally": lambda: self._ours(given.subscribe, given.events),
            "copy-unindexed": lambda: self._copy("event_unindexed"),
            "skytally-fold": lambda: self._ours(given.subscribe, given.events, fold=True),
            "executemany": lambda: self._plain("executemany", given.events),
            "insert-async": lambda: self._plain("insert_row", inserted),
            "insert": lambda: self._plain("insert_row", inserted, durable=True),
        }
        if sdk:
            found |= {
                "sdk-jetstream": self._sdk_jetstream,
                "skytally-v2": lambda: self._ours(given.subscribe_events, given.events_once),
                "sdk-firehose": self._sdk_firehose,
                "skytally-repos": lambda: self._ours(given.subscribe_repos, given.events_of_repos),
            }
        return found

    def _ours(self, feed: Feed, events: int, *, fold: bool = False) -> dict[str, Any]:
        trials = Trials(self.server, feed, self.simulated, self.workers)
        seen = trials.flat_out(events, _FOLD_S if fold else NO_FOLD_S)
        cpu_us = seen["cpu_us_per_event"]
        figures = {
            "events": seen["events"],
            "seconds": seen["seconds"] + (seen["fold_lag_s"] if fold else 0.0),
            "events_per_second": seen["events_per_second_folded" if fold else "events_per_second"],
            "cpu_us_per_event": sum(cpu_us[part] for part in COLLECTOR),
            "postgres_us_per_event": cpu_us["postgres"],
        }
        return figures | ({"frames_per_second": seen["frames_per_second"]} if feed.wire == "repos" else {})

    def _sdk_jetstream(self) -> dict[str, Any]:
        feed, events = self.material.subscribe_events, self.material.events_once
        with replay(feed.recording, *feed.served(events)) as (url, _):
            return timed("sdk_jetstream", url, events, events=events)

    def _sdk_firehose(self) -> dict[str, Any]:
        feed, frames = self.material.subscribe_repos, self.material.frames_of_repos
        with replay(feed.recording, *feed.served(0)) as (url, _):
            done = timed("sdk_firehose", url, frames, events=self.material.events_of_repos)
        return {**done, "frames_per_second": frames / done["seconds"]}

    def _plain(self, program: str, events: int, *, durable: bool = False) -> dict[str, Any]:
        feed = self.material.subscribe
        with self.server() as conninfo, replay(feed.recording, *feed.served(events)) as (url, _):
            with connect(conninfo, None, "bench") as connection:
                connection.execute(TABLE.encode())
            words = (url, events, _entry(conninfo, durable=durable))
            return timed_storing(conninfo, "raw_event", program, *words, events=events)

    def _copy(self, table: str) -> dict[str, Any]:
        rows = self.material.rows
        with self.server() as conninfo:
            with connect(conninfo, None, "bench") as connection:
                connection.execute(_UNINDEXED)
                for day in rows.days:
                    connection.execute("select ensure_day(%s)", (day,))
            words = (rows.file, table, ",".join(COLUMNS), _entry(conninfo))
            return timed_storing(conninfo, table, "bare_copy", *words, events=rows.count)


def _entry(conninfo: str, *, durable: bool = False) -> str:
    """How a program enters. Unless durable its commits do not wait for the disk, as those of our workers do not."""
    entered = entry(conninfo, None, "peer")
    wanted = f"{conninfo_to_dict(entered)['options']} -c synchronous_commit={'on' if durable else 'off'}"
    return make_conninfo(entered, options=wanted)
