"""The switch: whether another host is to be read though this one still delivers.

It leaves a host that is blind in one collection, and goes back to the first one when that has been well for a while.
What failed altogether is the reader's to say.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime
from typing import NamedTuple

import psycopg

from collector.blind import Blindness
from collector.checkpoint import lane_states, unix_time, unix_us
from collector.event import CREATE, DELETE, FOLLOW, LIKE, POST, REPOST, UPDATE
from collector.group import Group
from collector.hosts import Hosts
from collector.probe import Probe
from collector.settings import CollectorSettings
from collector.sources.choose import source_of
from collector.vitals import COLLECTIONS
from sql import statement

_HOUR_US = 3_600_000_000
_CALLED = {LIKE: "likes", POST: "posts", REPOST: "reposts", FOLLOW: "follows"}
_log = logging.getLogger(__name__)


class _Gap(NamedTuple):
    """What a host does not deliver, nor any other, and since when."""

    host: str
    missing: str
    from_us: int


class Switch:
    """Watches one group after another."""

    def __init__(self, settings: CollectorSettings, hosts: Hosts) -> None:
        self._settings = settings
        self._hosts = hosts
        self._probe = Probe(source_of(hosts.first_url, settings))
        self._probed_at = time.monotonic()
        self._blindness: Blindness | None = None
        self._hour = 0
        self._gap: _Gap | None = None

    def begin(self) -> None:
        """A new group: nothing is known of what it should bring."""
        self._blindness, self._gap = None, None

    def why(self, connection: psycopg.Connection, group: Group, proving: bool) -> str:
        """What to say before another host is read; empty while this one is. `proving`: much of what comes has been
        counted before, so its proportions say nothing."""
        if self._hosts.away and self._settings.first_host_probe_s and self._is_well(connection):
            return f"{self._probe.host} is well again; going back to it"
        filtered = self._settings.collections or self._settings.dids  # then history may be of more than is asked for
        if self._settings.blind_s and not filtered and not proving:
            return self._why_blind(connection, group)
        return ""

    def _is_well(self, connection: psycopg.Connection) -> bool:
        now = time.monotonic()
        answer = self._probe.answer()
        if answer is not None and self._hosts.probed(answer, now):
            return True
        if now - self._probed_at >= self._settings.first_host_probe_s:
            contents = [lane.content_time for lane in lane_states(connection)]
            if all(contents):
                self._probed_at = now
                wanted = self._hosts.missed(self._hosts.first_url)
                self._probe.look(min(unix_us(at) for at in contents if at is not None), wanted)
        return False

    def _why_blind(self, connection: psycopg.Connection, group: Group) -> str:
        now = time.monotonic()
        time_us = int(group.reader_vitals.get("time_us"))
        if not time_us:
            return ""  # nothing has come: a window that begins here would begin in 1970
        if self._blindness is None:
            self._blindness, self._hour = Blindness(self._settings.blind_s), 0
        if time_us // _HOUR_US != self._hour:
            self._blindness.usual, self._hour = usual(connection, unix_time(time_us)), time_us // _HOUR_US
        missing = self._blindness.look(_accepted(group), now, time_us)
        if missing and self._hosts.blind(missing, now):
            return f"{group.host} no longer delivers {missing}; changing to the next source"
        if missing is not None:
            self._note(connection, _Gap(group.host, missing, self._blindness.since_us), time_us)
        return ""

    def _note(self, connection: psycopg.Connection, found: _Gap, time_us: int) -> None:
        """A gap for as long as no host delivers a collection."""
        if not found.missing:
            self._gap = None
            return
        if self._gap is None or self._gap.missing != found.missing:
            _log.warning("no source delivers %s", found.missing)
            self._gap = found
        reason = f"{_CALLED.get(found.missing, 'others')}_not_delivered"
        begin, end = unix_time(self._gap.from_us), unix_time(time_us)
        given = {"host": self._gap.host, "from_time": begin, "to_time": end, "reason": reason}
        connection.execute(statement("event/extend_gap"), given)


def usual(connection: psycopg.Connection, at: datetime) -> dict[str, float]:
    """Events by collection in this hour of the week, of the last weeks; where we have none, in the day before."""
    rows = connection.execute(statement("rollup/usual"), {"at": at, "names": list(COLLECTIONS)}).fetchall()
    in_hour = {name: float(hour) for name, hour, _ in rows}
    return in_hour if sum(in_hour.values()) else {name: float(day) for name, _, day in rows}


def _accepted(group: Group) -> dict[str, float]:
    return {
        name: sum(
            vitals.get(f"accepted {name} {operation}")
            for vitals in group.worker_vitals
            for operation in (CREATE, UPDATE, DELETE)
        )
        for name in COLLECTIONS
    }
