"""Previews of feeds: what a feed would show now, for its operator, with what its posts say where that is kept."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg

from collector.event import POST
from ops import exits
from ops.problem import Problem
from sql.ids import Ids
from web import feeds
from web.database import Database
from web.skeleton import skeleton

_TEXT = "select text from feed_text where account = %s and rkey = %s"
_STEERING = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What a terminal obeys, or what turns the rest of a line around."""


class Shown(NamedTuple):
    """A post of a feed."""

    uri: str
    text: str | None


def preview(conninfo: str, id: str, limit: int) -> list[str]:
    """The addresses of its first posts, as readers get them. Raises Problem."""
    return asyncio.run(_first(conninfo, id, limit))


async def _first(conninfo: str, id: str, limit: int) -> list[str]:
    database = Database(conninfo, 1)
    await database.pool.open()
    try:
        async with database.snapshot() as snapshot:
            feed = await feeds.feed(snapshot, id)
            if feed is None:
                raise Problem(f"there is no feed {id} here; is a collector running with it?", exits.USAGE)
            return (await skeleton(snapshot, feed, limit, None)).posts
    finally:
        await database.pool.close()


def shown(connection: psycopg.Connection, uris: list[str]) -> Iterator[Shown]:
    """The same posts with their texts."""
    row = connection.execute("select salt from network").fetchone()
    assert row is not None
    ids = Ids(row[0])
    for uri in uris:
        did, rkey = uri.removeprefix("at://").split(f"/{POST}/")
        found: tuple[Any, ...] | None = connection.execute(_TEXT, (ids.account(did), ids.rkey(rkey))).fetchone()
        yield Shown(uri, found[0] if found is not None else None)


def harmless(text: str) -> str:
    """Anybody's text on one line of a terminal."""
    return " ".join(_STEERING.sub(" ", text).split())


def disagreeing(connection: psycopg.Connection, confidence_min: float, rows: int) -> list[tuple[Any, ...]]:
    """Posts whose text is, as surely as this, in none of the languages that they say, newest first.
    Norwegian (no) is either of its two written forms."""
    query = """
        select did, text, langs, detected, confidence::float8
        from feed_text
        join account on account.id = feed_text.account and account.shown
        where
          confidence >= %s
          and detected is not null
          and not exists (
            select
            from unnest(langs) as lang
            where
              lower(split_part(lang, '-', 1)) = detected
              or lower(split_part(lang, '-', 1)) = 'no' and detected in ('nb', 'nn')
          )
        order by time desc
        limit %s
    """
    return connection.execute(query, (confidence_min, rows)).fetchall()
