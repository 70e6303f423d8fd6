"""Two hosts at once: what either delivers is counted once, and what only one delivers is known."""

from __future__ import annotations

import threading
from itertools import islice
from pathlib import Path

import psycopg

from benchmarks.host import as_other_host
from benchmarks.simulator import START_US, Simulation
from benchmarks.store import Store
from collector.comparison import Comparison
from collector.group import Group
from collector.settings import CollectorSettings
from collector.supervisor import Orders, Supervisor
from ops.audit import audit
from tests.collector.frames import ALICE, NOON_US, post
from tests.collector.test_end_to_end import served
from tests.collector.test_overlap import write

MINUTE_MS = 60_000
ALL = ALICE.encode()


def test_minutes_that_both_have_left_behind_are_compared() -> None:
    comparison = Comparison()
    for host, missing in ((0, 130), (1, 140)):
        comparison.reached(host, NOON_US)
        for second in range(300):
            if second != missing:
                comparison.saw(host, ALL, post(at=second * 1000))
        comparison.reached(host, NOON_US + 300_000_000)
        comparison.settle()
    # of five minutes the first is not whole, and the last has not been left for a minute
    assert (comparison.by_both, comparison.by_one) == (178, [1, 1])
    comparison.settle()
    assert comparison.by_both == 178


def test_while_one_host_is_away_nothing_is_compared_and_nothing_grows() -> None:
    comparison = Comparison()
    for minute in range(60):
        comparison.saw(0, ALL, post(at=minute * MINUTE_MS))
        comparison.reached(0, NOON_US + minute * MINUTE_MS * 1000)
        comparison.settle()
    assert (comparison.by_both, comparison.by_one) == (0, [0, 0])
    assert len(comparison._minutes) <= 11


def test_what_either_of_two_hosts_delivers_is_counted_once(
    conninfo: str, database: psycopg.Connection, tmp_path: Path
) -> None:
    events = list(islice(Simulation(9, START_US, 50.0, accounts_count=300).events(), 20_000))
    other = Store()
    for number, (time_us, line) in enumerate(events):
        if number % 100 != 50:
            other.append(time_us, line)
    first = write(tmp_path / "first.jsonl", (line for number, (_, line) in enumerate(events) if number % 200))
    second = write(tmp_path / "second.jsonl", as_other_host(other, 3, 20_000_000).lines())
    vitals: dict[str, float] = {}

    def look(group: Group) -> None:
        for name in ("seen_by_both", "seen_by_first", "seen_by_second"):
            vitals[name] = group.reader_vitals.get(name)

    with served(first) as one, served(second) as two:
        settings = CollectorSettings(source=(one, two), network="test", fold_interval_s=0.2, two_at_once=True)
        supervisor = Supervisor(settings, conninfo, Orders(until_idle_s=1.5, look=look))
        over = threading.Timer(60, supervisor.stop)
        over.start()
        assert supervisor.run()
        over.cancel()
    report = audit(database, [first, second])
    assert report.diff == 0, report.text()
    assert database.execute("select count(*) from gap").fetchone() == (0,)
    assert vitals["seen_by_both"] > 5_000
    assert 20 < vitals["seen_by_second"] < 100
    assert 50 < vitals["seen_by_first"] < 200
