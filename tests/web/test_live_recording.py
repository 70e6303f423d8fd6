"""A recording replayed over a real socket to the real collector, which is killed meanwhile: what readers of the live
stream add up is what an independent recount says, whether they stayed, came back, or came late."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import psycopg
import pytest

from benchmarks.recording import Writer
from benchmarks.simulator import Simulation
from ops.audit import audit
from ops.audit.deliveries import deliveries
from tests.collector.frames import NOON_US
from tests.collector.test_end_to_end import served
from tests.ops.command import running
from tests.web.site import Site, site
from tests.web.stream import watching
from web import ticker

EVENTS = 12_000
SPEED = 6.0


def languages(lines: list[bytes]) -> Counter[str]:
    """Posts by language, each once for each of its languages, from the frames alone."""
    events = deliveries(lines, NOON_US + 10**13, lambda _: None).counted()
    terms = (term for event in events if event.content for term in event.content.terms)
    return Counter(key for dimension, key in terms if dimension == "language")


def who_stays(found: Site, upto: int) -> Counter[str]:
    with watching(found.port, "by=language", patience_s=60) as stream:
        total = stream.summed(upto)
        return total + Counter(stream.next().data["counts"])  # type: ignore[union-attr]


def who_comes_back(found: Site, upto: int) -> Counter[str]:
    """After every second message."""
    total, last_id = Counter[str](), ""
    while total.total() < upto:
        with watching(found.port, "by=language", last_id, patience_s=60) as stream:
            for event in islice(stream.events(), 2):
                assert event.kind == "message"
                total.update(event.data["counts"])
            last_id = stream.last_id
    return total


def who_comes_late(found: Site, upto: int) -> Counter[str]:
    with watching(found.port, "by=language&since=2026-07-04T12:00:00Z", patience_s=60) as stream:
        return stream.summed(upto)


@pytest.mark.long
def test_what_is_pushed_is_the_recount_though_the_collector_is_killed(
    conninfo: str, database: psycopg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticker, "INTERVAL_S", 0.2)
    lines = [line for _, line in islice(Simulation(5, NOON_US).events(), EVENTS)]
    with Writer(tmp_path / "recording.jsonl") as writer:
        for line in lines:
            writer.write(line)
    expected = languages(lines)
    upto = expected.total()
    assert len(expected) > 10
    assert upto > 800

    def counted() -> int:
        row = database.execute("select coalesce(sum(events), 0)::int from lane").fetchone()
        return int(row[0]) if row else 0

    with (
        served(tmp_path / "recording.jsonl", SPEED) as url, site(conninfo, web_misses_per_second=0.0) as found,
        ThreadPoolExecutor() as pool,
    ):  # fmt: skip
        given = {"DATABASE_URL": conninfo, "SKYTALLY_NETWORK": "test", "SKYTALLY_SOURCE": url}
        readers = [pool.submit(who_stays, found, upto), pool.submit(who_comes_back, found, upto)]
        time.sleep(1.5)  # they have their first message
        with running(tmp_path / "killed", "collect", **given) as collector:
            collector.until(lambda: counted() > 0.3 * EVENTS, 60)
            os.kill(collector.pid, signal.SIGKILL)
        readers.append(pool.submit(who_comes_late, found, upto))
        with running(tmp_path / "collect", "collect", **given) as collector:
            collector.until(lambda: counted() == EVENTS, 60)
            for reader in readers:
                assert reader.result(60) == expected
            assert who_comes_late(found, upto) == expected
            collector.signalled(signal.SIGTERM)
    report = audit(database, [tmp_path / "recording.jsonl"])
    assert report.diff == 0, report.differences[:20]
