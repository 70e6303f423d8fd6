"""Taking: what the posts of a batch come to in feeds, and its writing in the transaction of the batch.

A delete takes a post out of every feed, a change out of those it belongs to no longer; neither brings anything in, so
that nobody gets to the top by changing an old post. It decides nothing about what counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import orjson
import psycopg

from collector.content import Accepted, Content
from collector.event import CREATE, DELETE, UPDATE
from collector.feeds.matcher import Match, Matcher, Post
from collector.media import NONE, media_in
from collector.post import post_detail
from collector.rows import REPLY, Row, key_of
from collector.terms import terms_of
from sql import array_of, statement

_FLOATS = "{:.7g}".format
_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*").fullmatch


class Taken(NamedTuple):
    """A post that feeds take, or that leaves all but these."""

    row: Row
    match: Match | None
    key: bytes


class Taking:
    """What feeds do with the posts of one batch."""

    def __init__(self, taken: list[Taken], changed: list[Taken]) -> None:
        self._taken, self._changed = taken, changed
        self.posts_taken = len(taken)
        self.entries_taken = self.entries_gone = 0
        """What was written, once it is durable."""

    def give_up(self, keys: set[bytes]) -> None:
        """Go on without these events, which the database did not take."""
        self._taken, self._changed = (
            [each for each in group if each.key not in keys] for group in (self._taken, self._changed)
        )
        self.posts_taken = len(self._taken)

    def write(self, cursor: psycopg.Cursor, lane: int) -> None:
        """In the transaction of the batch. `lane` is whose counts these are."""
        self.entries_taken = self._take(cursor, lane) if self._taken else 0
        self.entries_gone = self._withdraw(cursor, lane) if self._changed else 0
        texts = [each for each in (*self._taken, *self._changed) if each.match is not None and each.match.keeps_text]
        if texts:
            cursor.execute(statement("feed/keep_texts"), _texts(texts))

    def _take(self, cursor: psycopg.Cursor, lane: int) -> int:
        each = [(feed, taken.row, worth) for taken in self._taken if taken.match is not None
                for feed, worth in zip(taken.match.feeds, taken.match.worths, strict=True)]  # fmt: skip
        given = {
            "lane": lane,
            "feeds": array_of(feed for feed, _, _ in each),
            "times_us": array_of(row.time_us for _, row, _ in each),
            "accounts": array_of(row.actor for _, row, _ in each),
            "rkeys": array_of(row.rkey for _, row, _ in each),
            "revs": array_of(row.rev for _, row, _ in each),
            "worths": "{" + ",".join(_FLOATS(worth) for _, _, worth in each) + "}",
        }
        return _first(cursor, "feed/take", given)

    def _withdraw(self, cursor: psycopg.Cursor, lane: int) -> int:
        given = {
            "lane": lane,
            "accounts": array_of(each.row.actor for each in self._changed),
            "rkeys": array_of(each.row.rkey for each in self._changed),
            "revs": array_of(each.row.rev for each in self._changed),
            "kept": [array_of(each.match.feeds if each.match is not None else ()) for each in self._changed],
        }
        return _first(cursor, "feed/withdraw", given)


def taking(matcher: Matcher, content: Content) -> Taking:
    """What feeds do with the accepted posts of a batch."""
    changed = [
        Taken(item.row, _changed(matcher, item) if item.row.operation == UPDATE else None, key_of(item.row))
        for item in content.accepted
        if item.row.collection == content.collections.post and item.row.operation in (UPDATE, DELETE)
    ]
    return Taking([*_short(matcher, content), *_long(matcher, content)] if matcher else [], changed)


def _short(matcher: Matcher, content: Content) -> Iterator[Taken]:
    """Of what came the short way; a row is made only where a feed takes it."""
    for plain in content.plain:
        if plain.shape.collection == content.collections.post:
            reply = plain.shape.layout is REPLY
            for at, (_, _, actor, _, _, _, _, terms, media, frame) in enumerate(plain.found):
                match = matcher.match(Post(actor, reply, media, terms, frame))
                if match is not None:
                    yield Taken(plain.row(at), match, plain.keys[at])


def _long(matcher: Matcher, content: Content) -> Iterator[Taken]:
    for item in content.accepted:
        row = item.row
        if row.collection == content.collections.post and row.operation == CREATE:
            post = Post(row.actor, bool(row.reply), row.media or NONE, row.terms or (), item.frame)
            match = matcher.match(post)
            if match is not None:
                yield Taken(row, match, key_of(row))


def _changed(matcher: Matcher, item: Accepted) -> Match | None:
    """The feeds that a changed post still belongs to."""
    record = orjson.loads(item.frame)["commit"].get("record")
    if type(record) is not dict:
        return None
    terms = [matcher.ids.term(*term) for term in terms_of(record)]
    reply, media = post_detail(record).reply, media_in(record.get("embed"))
    return matcher.match(Post(item.row.actor, reply, media, terms, item.frame))


def _texts(taken: list[Taken]) -> dict[str, object]:
    rows, said = [each.row for each in taken], [each.match.said for each in taken if each.match is not None]
    found = [each.match.detected or (None, None) for each in taken if each.match is not None]
    return {
        "accounts": array_of(row.actor for row in rows),
        "rkeys": array_of(row.rkey for row in rows),
        "revs": array_of(row.rev for row in rows),
        "times_us": array_of(row.time_us for row in rows),
        "texts": [each.text for each in said],
        "langs": [_literal(each.langs) for each in said],
        "detected": [language for language, _ in found],
        "confidences": [confidence for _, confidence in found],
    }


def _literal(langs: list[str]) -> str:
    """Tags as an array in PostgreSQL's writing; such that are no tags are left out."""
    return "{" + ",".join(lang for lang in langs if _TAG(lang)) + "}"


def _first(cursor: psycopg.Cursor, name: str, given: dict[str, object]) -> int:
    row = cursor.execute(statement(name), given).fetchone()
    assert row is not None
    return int(row[0])
