"""From a socket to counted rows: the real server, the real group, the real database."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks.replay import ReplayServer
from benchmarks.store import Store
from collector.settings import CollectorSettings
from collector.supervisor import Orders, Supervisor
from ops.audit import audit

_IDLE_WITHIN_S = 180.0
GENUINE = "jetstream-corpus-2026-07-04/expected_v1.jsonl"


@contextmanager
def served(path: Path, speed: float = math.inf, *, events: bool = False, dictionary: bytes = b"") -> Iterator[str]:
    """The recording over a real socket, at `speed` times its pace; yields the source URL."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    store = Store.load(path, events=events, dictionary=dictionary)
    server = ReplayServer(store, speed=speed)
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)
    try:
        yield f"ws://127.0.0.1:{server.port}{store.wire}"
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        store.close()


def collect(conninfo: str, url: str, **settings: object) -> None:
    """Run the collector until the source is idle. Fails where it never is."""
    given = CollectorSettings(source=(url,), network="test", fold_interval_s=0.2, **settings)  # type: ignore[arg-type]
    supervisor = Supervisor(given, conninfo, Orders(until_idle_s=0.7))
    over = threading.Timer(_IDLE_WITHIN_S, supervisor.stop)
    over.start()
    try:
        assert supervisor.run()
        assert over.is_alive(), "the source was never idle"
    finally:
        over.cancel()


def counted(database: psycopg.Connection) -> dict[str, int]:
    """Every metric's network total as gained - lost, and what the log has by collection and operation."""
    rows = database.execute(
        "select name || case when lost then ' lost' else '' end, n from ("
        " select name, false as lost, sum(gained) as n from account_minute join metric on id = metric group by name"
        " union all select name, true, sum(lost) from account_minute join metric on id = metric group by name"
        ") t where n > 0"
        " union all select collection.name || ' ' || operation::text, count(*) from event"
        " join collection on collection.id = event.collection group by 1"
    ).fetchall()
    return {name: int(n) for name, n in rows}


EXPECTED = {
    "likes": 105,
    "posts": 9,
    "replies": 8,
    "reposts": 15,
    "follows": 6,
    "app.bsky.graph.block c": 1,
    "app.bsky.graph.follow d": 3,
    "app.bsky.feed.post d": 1,
    "app.bsky.actor.status u": 1,
    "fm.teal.alpha.actor.status u": 1,
    "#identity e": 1,
    "#account e": 1,
}


def test_the_genuine_recording_counts_what_is_in_it_and_twice_the_same(
    conninfo: str, database: psycopg.Connection, recorded: Path
) -> None:
    with served(recorded / GENUINE) as url:
        for _ in range(2):
            collect(conninfo, url)
            found = counted(database)
            assert {name: found.get(name, 0) for name in EXPECTED} == EXPECTED
            assert not [name for name in found if name.endswith(" lost")]
            report = audit(database, [recorded / GENUINE])
            assert report.diff == 0, report.differences[:20]
