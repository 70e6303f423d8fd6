"""The supervisor: lock, epoch, resume point, start, watch, ordered stop.

Any child's death ends the whole group and starts it again from what the database says; a clean stop is a courtesy, no
number depends on it. It touches no data.
"""

from __future__ import annotations

import logging
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import wait
from pathlib import Path

import psycopg

from collector.checkpoint import (
    Rewind,
    begin_epoch,
    lane_states,
    take_run_lock,
)
from collector.errors import AlreadyRunning, NotOurs
from collector.feeds.kept import FeedsFile
from collector.group import Group
from collector.hosts import Hosts
from collector.parent import begin_nothing
from collector.progress import Meter, Snapshot
from collector.proof import Proof, last_tried
from collector.resume import plan_of
from collector.settings import CollectorSettings
from collector.since import first_cursor
from collector.sources.choose import shown_url, source_of
from collector.switch import Switch
from collector.terminal import has_terminal
from collector.watchdog import Watchdog
from sql import statement
from sql.migrate import check
from sql.session import away, connect, is_refusal

_log = logging.getLogger(__name__)
_RESTART_S_MAX = 10.0
_RESTART_S_MAX_COUNTING = 2.0  # counting again within 10 s of whatever was killed, however often
_LOCK_TRIES = 20  # 100 ms each: the session of a collector that was killed just now ends a moment later


@dataclass(frozen=True, slots=True)
class Orders:
    """What one call of the supervisor is to do besides collecting."""

    until_idle_s: float | None = None
    """End in order once the source has sent nothing new for so long and all is durable and folded."""
    disk: Path | None = None
    """A path on the disk whose free space is watched."""
    show: Callable[[Snapshot], None] = lambda _: None
    """Takes a snapshot about every second."""
    look: Callable[[Group], None] = lambda _: None
    """Sees the group as often, and once more when it has ended in order."""
    ended: Callable[[Group], None] = lambda _: None
    """Sees each group once more when it is gone, however it ended."""
    drain: Callable[[], float] | None = None
    """Called at the first signal to stop, to end the source; from then on so many idle seconds mean the end."""
    gets_on: Callable[[], None] = lambda: None
    """Called about every second while every process of the group gets on, or the database is away and asked for."""
    stopping: Callable[[], None] = lambda: None
    """Called when an ordered end begins."""
    begin_child: Callable[[str], None] = begin_nothing
    """Called first of all in each process of the group, with its name. Crosses to it, so it is a module's."""


def _next_pause(pause_s: float, lived_s: float, counted: bool) -> float:
    """Seconds before the next group, after one that lived so long; one that counted does not keep others waiting."""
    if lived_s > _RESTART_S_MAX:
        return 0.1
    return min(pause_s * 2, _RESTART_S_MAX_COUNTING if counted else _RESTART_S_MAX)


class Supervisor:
    """Runs groups until told to stop."""

    def __init__(self, settings: CollectorSettings, conninfo: str, orders: Orders) -> None:
        self._settings = settings
        self._conninfo = conninfo
        self._orders = orders
        self._started_at, self._begun_at = datetime.now(UTC), time.monotonic()
        self._feeds = FeedsFile(settings.feeds)
        self._stopping = False
        self.interrupted = False
        """Whether a signal said to stop."""
        self._until_idle_s = orders.until_idle_s
        self._drain = orders.drain
        self._hosts = Hosts(settings.source, settings.first_host_well_s)
        self._switch = Switch(settings, self._hosts)
        self._rewind = Rewind(settings.rewind_s, settings.rewind_other_host_s, settings.rewind_other_host_s_max)
        self._proof: Proof
        self._restart_s = 0.1
        self._meter = Meter()

    def last_words(self) -> str:
        """What was done, in one line."""
        return self._meter.summary(time.monotonic() - self._begun_at)

    def stop(self) -> None:
        """End in order, soon."""
        self._stopping = True

    def run(self) -> bool:
        """Collect until told to stop; whether it ended in order. Raises NotOurs, sql.migrate.SchemaError."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._interrupt())
        had_terminal = has_terminal()
        signal.signal(signal.SIGHUP, lambda *_: self._hang_up(had_terminal))
        while (connection := self._enter()) is not None:
            with connection:
                try:
                    return self._collect(connection)
                except (psycopg.OperationalError, psycopg.InternalError) as error:
                    _log.warning("lost the database: %s; trying again", away(error))
            self._pause(0.5)
        return True

    def _interrupt(self) -> None:
        self.interrupted = True
        self.stop()

    def _hang_up(self, had_terminal: bool) -> None:
        """Feeds are to be read anew; or the terminal is gone, and with it who started this."""
        if had_terminal and not has_terminal():
            self.stop()
        else:
            self._feeds.ask()

    def _enter(self) -> psycopg.Connection | None:
        """A session that holds the run lock on a database of ours; None when told to stop while waiting for it."""
        said, delay_s = "", 0.1
        while not self._stopping:
            try:
                connection = connect(self._conninfo, "skytally_collector", "supervisor")
                # what is for people to see may be lost with the last moments
                connection.execute("set synchronous_commit = off")
                check(connection, self._settings.network)
                self._take_lock(connection)
                return connection
            except psycopg.OperationalError as error:
                if is_refusal(error):
                    raise NotOurs(away(error)) from error
                if away(error) != said:
                    said = away(error)
                    _log.warning("the database is away: %s; trying again", said)
                self._orders.gets_on()
                self._pause(delay_s)
                delay_s = min(delay_s * 2, 2.0)
        return None

    def _take_lock(self, connection: psycopg.Connection) -> None:
        for _ in range(_LOCK_TRIES):
            if take_run_lock(connection):
                return
            time.sleep(0.1)
        raise AlreadyRunning

    def _collect(self, connection: psycopg.Connection) -> bool:
        """Groups one after another on one session; whether the last one ended in order."""
        self._feeds.store(connection)
        while True:
            url = self._hosts.url
            group = self._begin(connection, url)
            begun = time.monotonic()
            try:
                group.start()
                ended = self._watch(connection, group, url)
                if ended is None:
                    self._orders.stopping()
                    well = group.stop(self._settings.stop_deadline_s)
                    self._orders.look(group)
                    self._write_vitals(connection, group, url, "stopped")
                    return well
                if ended:
                    _log.warning("%s", ended)
            finally:
                group.kill()
                self._meter.carry(group)
                self._orders.ended(group)
            if self._stopping:
                return False
            lived_s = time.monotonic() - begun
            self._restart_s = _next_pause(self._restart_s, lived_s, any(v.get("batches") for v in group.worker_vitals))
            self._pause(self._restart_s)

    def _begin(self, connection: psycopg.Connection, url: str) -> Group:
        """A new epoch on the host at `url`, and its group, not started yet."""
        host = source_of(url, self._settings).host
        first = first_cursor(self._settings.since, time.time_ns() // 1000)
        plan = plan_of(lane_states(connection), host, last_tried(connection), self._rewind, first)
        epoch = begin_epoch(connection, host, plan.begin, plan.asked)
        self._switch.begin()
        self._proof = Proof(connection, plan.asked, self._settings.workers, self._rewind)
        return Group(
            self._settings, self._conninfo, url, host, epoch, plan, self._hosts.tries_max,
            self._hosts.second_url if self._settings.two_at_once else None, self._orders.begin_child,
        )  # fmt: skip

    def _watch(self, connection: psycopg.Connection, group: Group, url: str) -> str | None:
        """Look after a group; None when it is to end in order, else what to say before it is started again."""
        sentinels = [process.sentinel for process in group.processes]
        watchdog = Watchdog(group)
        while True:
            wait(sentinels, timeout=0.2 if self._until_idle_s else 0.5)
            if self._stopping and self._drain is None:
                return None
            if self._stopping and self._drain is not None:
                self._stopping, self._until_idle_s, self._drain = False, self._drain(), None
            if group.reader_vitals.get("host_failed"):
                return self._change_host(group)
            if trouble := watchdog.trouble():
                return f"{trouble}; starting again from the checkpoint"
            idle = self._idle(group)  # asked first, so that the proof has seen all there is when this is the end
            if unproven := self._proof.trouble():
                return unproven
            if better := self._switch.why(connection, group, self._proof.open):
                return better
            if watchdog.gets_on():
                self._orders.gets_on()
            if group.reader_vitals.get("time_us"):
                self._hosts.well()
            self._mind_disk(group)
            if self._feeds.reread(connection):
                group.feeds_changed()
            self._report(connection, group, url)
            if idle:
                return None

    def _change_host(self, group: Group) -> str:
        """Take the next source; what to say of it, which is nothing while none of them answers."""
        worth_a_line = self._hosts.first_round
        self._hosts.failed(time.monotonic())
        return f"{group.reader_vitals.trouble}; changing to the next source" if worth_a_line else ""

    def _report(self, connection: psycopg.Connection, group: Group, url: str) -> None:
        self._orders.show(self._meter.take(group))
        self._orders.look(group)
        self._write_vitals(connection, group, url)

    def _write_vitals(self, connection: psycopg.Connection, group: Group, url: str, state: str = "") -> None:
        snapshot = self._meter.take(group)
        given = {
            "started_at": self._started_at,
            "state": state or snapshot.state,
            "source": shown_url(url),
            "detail": snapshot.detail,
            "events_per_second": snapshot.events_per_second,
            "queued_bytes": snapshot.queued_bytes,
        }
        connection.execute(statement("checkpoint/write_vitals"), given)

    def _mind_disk(self, group: Group) -> None:
        """Pause reading before Postgres runs out of disk, and go on with a little more than the limit free."""
        if self._orders.disk is None:
            return
        limit = self._settings.disk_free_mib_min
        free = shutil.disk_usage(self._orders.disk).free >> 20
        paused = bool(group.reader_vitals.get("paused"))
        if not paused and free < limit:
            _log.warning("%d MiB free on %s, less than %d: reading is paused", free, self._orders.disk, limit)
            group.reader_vitals.set("paused", 1)
        elif paused and free > limit * 1.05 + 16:
            _log.warning("%d MiB free on %s: reading again", free, self._orders.disk)
            group.reader_vitals.set("paused", 0)

    def _idle(self, group: Group) -> bool:
        if self._until_idle_s is None:
            return False
        new_at = group.reader_vitals.get("new_at")
        if group.reader_vitals.get("paused") or (self._proof.open and not group.is_done):
            return False
        quiet = new_at > 0 and time.monotonic() - new_at >= self._until_idle_s
        return quiet and not group.reader_vitals.get("queued_bytes")

    def _pause(self, seconds: float) -> None:
        """Wait, but not for long after a signal."""
        end_at = time.monotonic() + seconds
        while not self._stopping and time.monotonic() < end_at:
            time.sleep(0.05)
