"""Two hosts after one another, over real sockets: what joins, what is read again from farther back, what is a gap."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import takewhile
from pathlib import Path

import psycopg
import pytest

from benchmarks.host import as_other_host
from benchmarks.recording import Writer
from benchmarks.simulator import START_US, Simulation
from benchmarks.store import Store
from collector.checkpoint import unix_time
from ops.audit import audit
from tests.collector.frames import NOON_US, key, like, post_uri
from tests.collector.test_end_to_end import collect, served

MINUTE_US = 60_000_000
CHANGE_US = START_US + 20 * MINUTE_US
RATE = 5.0
LIKE = b'"app.bsky.feed.like"'
Events = list[tuple[int, bytes]]


@pytest.fixture(scope="module")
def events() -> Events:
    """Half an hour and more of a small network."""
    simulation = Simulation(9, START_US, RATE, accounts_count=300)
    return list(takewhile(lambda event: event[0] < START_US + 33 * MINUTE_US, simulation.events()))


def before(events: Events, until_us: int = CHANGE_US) -> Events:
    return [(time_us, line) for time_us, line in events if time_us < until_us]


def since(events: Events, from_us: int) -> Events:
    return [(time_us, line) for time_us, line in events if time_us >= from_us]


def write(path: Path, lines: Iterable[bytes]) -> Path:
    with Writer(path) as writer:
        for line in lines:
            writer.write(line)
    return path


class Hosts:
    """Each is collected from until it has nothing more."""

    def __init__(self, conninfo: str, database: psycopg.Connection, folder: Path) -> None:
        self._conninfo = conninfo
        self._database = database
        self._folder = folder
        self.recordings: list[Path] = []

    def collect(self, served_events: Events, lag_s: float | None = None, **settings: object) -> None:
        """From a host of its own; with a lag its times differ by so many seconds, and so does its order."""
        lines: Iterable[bytes] = (line for _, line in served_events)
        if lag_s is not None:
            store = Store()
            for time_us, line in served_events:
                store.append(time_us, line)
            lines = as_other_host(store, 3, round(lag_s * 1e6)).lines()
        path = write(self._folder / f"host-{len(self.recordings)}.jsonl", lines)
        self.recordings.append(path)
        with served(path) as url:
            collect(self._conninfo, url, **settings)

    def outcomes(self) -> list[tuple[float, str]]:
        """What came of each try: how far it read back, and the outcome."""
        rows = self._database.execute("select rewind_s, outcome from overlap order by epoch").fetchall()
        return [(rewind_s, outcome) for rewind_s, outcome in rows]

    def gaps(self) -> list[tuple[datetime, datetime, str]]:
        rows = self._database.execute("select from_time, to_time, reason from gap").fetchall()
        return [(begin, end, reason) for begin, end, reason in rows]

    def agree(self) -> None:
        """Everything that was delivered is counted once."""
        report = audit(self._database, self.recordings)
        assert report.diff == 0, report.text()


@pytest.fixture
def hosts(conninfo: str, database: psycopg.Connection, tmp_path: Path) -> Hosts:
    return Hosts(conninfo, database, tmp_path)


@pytest.mark.parametrize("lag_s", [0.04, pytest.param(600.0, marks=pytest.mark.long)])
def test_a_host_that_repeats_what_was_counted_joins(hosts: Hosts, events: Events, lag_s: float) -> None:
    hosts.collect(before(events))
    hosts.collect(events, lag_s)
    assert hosts.outcomes() == [(120.0, "proven")]
    assert hosts.gaps() == []
    hosts.agree()


@pytest.mark.long
def test_a_host_whose_clock_is_ten_minutes_behind_is_read_from_farther_back(hosts: Hosts, events: Events) -> None:
    hosts.collect(before(events))
    hosts.collect(events, -600.0)
    assert hosts.outcomes() == [(120.0, "deeper"), (240.0, "deeper"), (480.0, "deeper"), (960.0, "proven")]
    assert hosts.gaps() == []
    hosts.agree()


@pytest.mark.long
def test_what_the_host_before_was_blind_in_is_fetched_from_farther_back(hosts: Hosts, events: Events) -> None:
    blind_us = CHANGE_US - 5 * MINUTE_US
    hosts.collect([(time_us, line) for time_us, line in before(events) if time_us < blind_us or LIKE not in line])
    hosts.collect(events, 0.04, rewind_other_host_s=480.0)
    assert hosts.outcomes() == [(480.0, "deeper"), (960.0, "proven")]
    assert hosts.gaps() == []
    hosts.agree()


def test_a_host_that_no_longer_keeps_what_lies_between_leaves_a_gap(
    hosts: Hosts, events: Events, database: psycopg.Connection
) -> None:
    hosts.collect(before(events))
    begins_us = CHANGE_US + 3 * MINUTE_US
    hosts.collect(since(before(events, CHANGE_US + 8 * MINUTE_US), begins_us), rewind_other_host_s_max=240.0)
    assert hosts.outcomes() == [(120.0, "deeper"), (240.0, "gap")]
    [(begin, end, reason)] = hosts.gaps()
    assert abs(begin - unix_time(CHANGE_US)) < timedelta(seconds=20)
    assert abs(end - unix_time(begins_us)) < timedelta(minutes=1)
    assert reason == "overlap_unproven"
    hosts.agree()
    hosts.collect(since(events, begins_us), 0.04)  # and is settled with that
    assert hosts.outcomes()[2:] == [(120.0, "proven")]
    assert len(hosts.gaps()) == 1


def test_on_a_quiet_network_the_last_event_is_enough(hosts: Hosts) -> None:
    def likes(first_ms: int) -> Events:
        accounts = [f"did:plc:{'abcdefghijklmnopqrstuvwxyz'[n % 26]}{'b' * 23}" for n in range(200)]
        lines = [like(post_uri(did, key(0)), did, first_ms + n) for n, did in enumerate(accounts)]
        return [(NOON_US + (first_ms + n) * 1000, line) for n, line in enumerate(lines)]

    hosts.collect(likes(0))
    hosts.collect(likes(0) + likes(36_000_000) + likes(72_000_000))
    assert hosts.outcomes() == [(120.0, "proven")]
    assert hosts.gaps() == []
    hosts.agree()


@pytest.mark.long
def test_a_host_that_repeats_all_that_was_ever_counted_joins_whatever_was_missed(hosts: Hosts, events: Events) -> None:
    begun = START_US + MINUTE_US
    hosts.collect([(time_us, line) for time_us, line in before(events, begun) if LIKE not in line])
    hosts.collect(events, 0.04)
    assert hosts.outcomes() == [(120.0, "proven")]
    assert hosts.gaps() == []
    hosts.agree()
