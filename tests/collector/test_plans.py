"""No hot query reads a large table from end to end: neither those that make boards every few seconds, nor readers'."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

from benchmarks.history import History
from collector.boards import Boards
from collector.resolver import Resolver
from collector.rollups import HOUR, MINUTE
from collector.settings import ResolverSettings
from collector.windows import LENGTH
from sql import statement, tid
from sql.session import connect
from tests.collector.frames import ALICE, BOB, delete, key, like, post, post_uri
from tests.collector.rig import Rig
from tests.conftest import new_database
from tests.faults.process import wait_for
from tests.web.site import site
from web.resources import PREFIX, RESOURCES
from web.series import as_given
from web.spans import Summed, spans

NOON = datetime(2026, 7, 4, 12, tzinfo=UTC)
LARGE_ROWS = 3_000
ROWS = 10  # of a board: as few of these accounts as a thousand are of a million
# by design: a fold sums a segment of tallies up and empties it
EXPECTED = {"account_tally", "term_tally", "network_tally"}
SCANNED = """
select relname, seq_tup_read
from pg_stat_user_tables
where n_live_tup >= %s or relname ~ '_tally_'
"""

OTHERS = """
select count(*)
from pg_stat_activity
where datname = current_database() and usename is not null and pid <> all (%s)
"""


@pytest.fixture(scope="module")
def rig(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Three days of some thousand accounts."""
    with new_database(server) as conninfo, closing(Rig(conninfo, tmp_path_factory.mktemp("plans"))) as found:
        owner = found.owner
        for day in range(-4, 2):
            owner.execute("select ensure_day(%s)", ((NOON + timedelta(days=day)).date(),))
        history = History(owner, 8_000, 1)
        history.write_names()
        for number in range(72, 0, -1):
            history.write(HOUR, NOON - number * LENGTH[HOUR], 3_000)
        for number in range(30):
            history.write(MINUTE, NOON + number * LENGTH[MINUTE], 400)
        midnight = NOON.replace(hour=0)
        for days in (2, 1):
            history.write_day(midnight - timedelta(days=days))
        owner.execute(
            "update fold set hours_to = %s, days_to = %s, watermark = %s, folds = 1",
            (NOON, midnight, NOON + timedelta(minutes=29, seconds=30)),
        )
        owner.execute("analyze")
        Boards(found.roller, ROWS, 40).refresh()
        yield found


def scanned(rig: Rig, *sessions: psycopg.Connection) -> dict[str, int]:
    """Rows that were read by reading large tables from end to end, by table. What a session has read is known when it
    is gone, which takes a while."""
    own = [rig.owner, rig.roller, rig.collector, *sessions]
    assert wait_for(lambda: rig.owner.execute(OTHERS, ([each.info.backend_pid for each in own],)).fetchone() == (0,))
    for session in own[1:]:
        session.execute("select pg_stat_force_next_flush()")
        session.execute("select")
    found: dict[str, int] = {}
    for _ in range(50):  # a session that is gone from the list may still be about to say it
        time.sleep(0.3)
        rig.owner.execute("select pg_stat_clear_snapshot()")
        before, found = found, dict(rig.owner.execute(SCANNED, (LARGE_ROWS,)).fetchall())
        if found == before:
            break
    return found


def more(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    found = {name: read - before.get(name, 0) for name, read in after.items()}
    return {name: n for name, n in found.items() if n and name.removesuffix("_0").removesuffix("_1") not in EXPECTED}


def test_there_are_large_tables_and_a_scan_of_one_is_seen(rig: Rig) -> None:
    before = scanned(rig)
    assert {"account", "account_hour_20260703", "account_day_202607", "post_hour_20260703"} <= before.keys()
    rig.roller.execute("select sum(gained) from account_hour where hour >= '2026-07-03Z' and hour < '2026-07-04Z'")
    assert more(before, scanned(rig)).keys() == {"account_hour_20260703"}


def test_boards_after_a_minute_of_new_events_read_no_large_table(rig: Rig) -> None:
    boards = Boards(rig.roller, ROWS, 40)
    boards.refresh()
    before = scanned(rig)
    rig.owner.execute("update fold set watermark = watermark + interval '1 minute'")
    boards.refresh()
    assert more(before, scanned(rig)) == {}


def test_batches_and_folds_read_no_large_table(rig: Rig) -> None:
    rig.hand(like(post_uri(BOB, key(1)), ALICE, 30 * 60_000))
    before = scanned(rig)
    rig.hand(
        like(post_uri(BOB, key(1)), ALICE, 30 * 60_000 + 1), delete("like", key(30 * 60_000), ALICE, 30 * 60_000 + 2),
        delete("post", key(9), BOB, 30 * 60_000 + 3), at=30 * 60_000 + 9,
    )  # fmt: skip
    rig.fold()
    assert more(before, scanned(rig)) == {}


@pytest.mark.parametrize("window", ["1h", "1d", "7d", "30d"])
def test_readers_read_no_large_table(rig: Rig, window: str) -> None:
    page = {"metric": "likes_received", "time_window": window, "length": "1 hour", "offset": 0, "limit": 100,
            "pattern": None, "count": "records"}  # fmt: skip
    with connect(rig.conninfo, "skytally_web", "reader") as reader:
        before = scanned(rig, reader)
        for at in (None, NOON):
            reader.execute(statement("query/board_accounts"), {**page, "at": at}).fetchall()
        of = "kind = 'accounts' and metric = 'likes_received' and time_window = '1d'"
        account = reader.execute(f"select keys[1] from board where {of}".encode()).fetchall()[0][0]
        month = {"from": NOON - timedelta(days=30), "to": NOON + timedelta(hours=1)}
        hours_to, days_to = reader.execute("select hours_to, days_to from fold").fetchall()[0]
        read = as_given({"": spans(month["from"], month["to"], LENGTH[HOUR], Summed(hours_to, days_to, month["to"]))})
        names = {unit: sql.Identifier(f"account_{unit}") for unit in ("day", "hour", "minute")}
        query = sql.SQL(statement("query/points")).format(**names, key=sql.SQL("kept.account = %(account)s"))
        given = {**read, "account": account, "metrics": ["likes_received"], "bucket": LENGTH[HOUR]}
        rows = reader.execute(query, given).fetchall()
        assert len(rows) > 24
        reader.execute(statement("query/coverage"), month).fetchall()
        assert more(before, scanned(rig, reader)) == {}


TERMS = {
    "languages": "en", "hashtags": "cats", "links": "https://x.example/", "domains": "x.example", "emoji": "\N{CAT}",
}  # fmt: skip


def test_no_resource_of_the_api_reads_a_large_table(rig: Rig) -> None:
    link = {"$type": "app.bsky.embed.external", "external": {"uri": TERMS["links"]}}
    at = 30 * 60_000 + 20
    rig.hand(post(at=at, langs=["en"], tags=["cats"], text=TERMS["emoji"], embed=link), at=at)
    rig.fold()
    account, rkey = rig.owner.execute("select account, rkey from post_day order by gained desc limit 1").fetchall()[0]
    rig.owner.execute("update account set handle = 'star.example' where id = %s", (account,))
    asked = {"compare": "?actors=star.example", "search": "?q=star"}
    before, statuses = scanned(rig), {}
    with site(rig.conninfo, web_misses_per_second=0.0) as found:
        for resource in RESOURCES:
            kind = resource.path.removeprefix("/top/").split("/")[0]
            key = quote(TERMS.get(kind, ""), safe="")
            path = resource.path.format(actor="star.example", rkey=tid.text(rkey), key=key)
            statuses[resource.name] = found.get(PREFIX + path + asked.get(resource.name, "")).status
    assert {name: status for name, status in statuses.items() if status != 200} == {}
    # ten posts in each of thirty minutes are so much of these few thousand rows that reading them all is right
    assert {name for name in more(before, scanned(rig)) if not name.startswith("post_")} == set()


def test_the_resolver_reads_no_large_table(rig: Rig) -> None:
    with connect(rig.conninfo, "skytally_resolver", "resolver") as session:
        before = scanned(rig, session)

        class Nobody:
            def profiles(self, dids: list[str]) -> list[object]:
                return []

            posts = profiles

        resolver = Resolver(session, Nobody(), ResolverSettings())  # type: ignore[arg-type]
        assert [resolver.ask() > 0 for _ in ("names", "texts", "neither")] == [True, True, False]
        assert more(before, scanned(rig, session)) == {}
