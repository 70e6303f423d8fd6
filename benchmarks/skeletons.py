"""A feed of millions of generated posts, and what pages of it cost: from a warm cache, made anew anywhere in it, and by
which plan. It writes rows as a worker would and asks the real site on a socket."""

from __future__ import annotations

import http.client
import statistics
import time
from collections.abc import Callable
from random import Random
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg

from benchmarks.balance import WrongRun
from benchmarks.site import Running, feed_site
from collector.feeds.rules import Feed, definition
from sql import statement
from sql.session import connect
from web.skeleton import Place

PUBLISHER = "did:plc:publisher"
ACCOUNTS = 200_000
_DAYS = 10
_FILL = """
insert into account (id, did, hidden)
select n, 'did:plc:' || lpad(to_hex(n), 24, '0'), n %% 50 = 0
from generate_series(1, %(accounts)s) as n
"""
_ENTRIES = """
insert into feed_entry (time, account, rkey, rev, feed)
select
  now() - %(days)s * interval '1 day' * (1 - n / %(posts)s::float8),
  1 + (n * 7919::bigint) %% %(accounts)s,
  n,
  n,
  (select number from feed where id = 'big')
from generate_series(%(first)s::bigint, %(last)s::bigint) as n
"""
_CHUNK = 500_000


def fill(connection: psycopg.Connection, posts: int, say: Callable[[str], None]) -> None:
    """The feed, with so many posts of ten days."""
    given = {"ids": ["big"], "definitions": [definition(Feed(id="big", name="Big"))]}
    connection.execute(statement("feed/store"), given)
    connection.execute(_FILL, {"accounts": ACCOUNTS})
    of = {"posts": posts, "accounts": ACCOUNTS, "days": _DAYS}
    for first in range(1, posts + 1, _CHUNK):
        connection.execute(_ENTRIES, {**of, "first": first, "last": min(posts, first + _CHUNK - 1)})
        say(f"{min(posts, first + _CHUNK - 1):,} posts of {posts:,}")
    connection.execute("vacuum analyze feed_entry")
    connection.execute("vacuum analyze account")


def plan(connection: psycopg.Connection, limit: int = 51) -> list[str]:
    """How the database finds a page in the middle of the feed."""
    row = connection.execute(
        "select number, time, rkey, account from feed_entry join feed on number = feed where id = 'big' "
        "and rkey = (select max(rkey) / 2 from feed_entry)"
    ).fetchone()
    assert row is not None
    feed, at, rkey, account = row
    given = {"feed": feed, "time": at, "rkey": rkey, "account": account, "limit": limit, "from": _long_ago()}
    lines = connection.execute(f"explain (analyze, buffers, costs off) {statement('query/feed_newest')}", given)
    return [line for (line,) in lines]


def asked(conninfo: str, requests: int, seed: int) -> dict[str, float]:
    """Milliseconds of warm and of cold answers, over one connection that is kept."""
    with feed_site(conninfo, PUBLISHER) as running, connect(conninfo, None, "bench") as connection:
        places = _places(connection, requests, seed)
        address = f"/xrpc/app.bsky.feed.getFeedSkeleton?feed={quote(f'at://{PUBLISHER}/app.bsky.feed.generator/big')}"
        with_site = _Asking(running)
        with_site.until_ready(address)
        cold = [with_site.ms(f"{address}&cursor={place.cursor()}") for place in places]
        warm = [with_site.ms(address) for _ in range(requests)]
        return {**_said("cold", cold), **_said("warm", warm)}


def _places(connection: psycopg.Connection, count: int, seed: int) -> list[Place]:
    """Anywhere in the feed."""
    row = connection.execute("select max(rkey) from feed_entry").fetchone()
    assert row is not None
    keys = Random(seed).sample(range(row[0] // 100, row[0]), count)
    query = """
        select (extract(epoch from time) * 1000000)::bigint, rkey, account
        from feed_entry
        where rkey = any (%s)
    """
    rows = connection.execute(query, (keys,)).fetchall()
    Random(seed).shuffle(rows)
    return [Place(b"t", *each) for each in rows]


class _Asking:
    def __init__(self, running: Running) -> None:
        where = urlsplit(running.url)
        self._connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=20)

    def ms(self, address: str) -> float:
        begun = time.perf_counter()
        self._connection.request("GET", address)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200 or body.count(b'"post"') < 2:
            raise WrongRun(f"no page of a feed: {answer.status} {body[:200]!r}")
        return (time.perf_counter() - begun) * 1000

    def until_ready(self, address: str) -> None:
        end_at = time.monotonic() + 20
        while True:
            try:
                self.ms(address)
                return
            except (OSError, http.client.HTTPException, WrongRun):
                self._connection.close()
                if time.monotonic() > end_at:
                    raise
                time.sleep(0.1)


def _said(name: str, times_ms: list[float]) -> dict[str, float]:
    ordered = sorted(times_ms)
    return {
        f"{name}_p50_ms": round(statistics.median(ordered), 3),
        f"{name}_p99_ms": round(ordered[int(len(ordered) * 0.99)], 3),
        f"{name}_most_ms": round(ordered[-1], 3),
    }


def _long_ago() -> Any:
    return "2000-01-01T00:00:00Z"
