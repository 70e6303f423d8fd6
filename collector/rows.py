"""Rows of the event log in PostgreSQL's binary COPY format, and the keys of events.

An event's key is its rev, actor, rkey and collection: the bytes that stand for them in its packed row, without their
lengths, for a million keys are kept. The order of the columns here is the order of the COPY statement; a test compares
it with the table.
"""

from __future__ import annotations

from functools import lru_cache
from struct import Struct
from typing import NamedTuple

from collector.columns import NULL, Layout, constant
from collector.event import Event
from collector.lanes import lane_of
from collector.names import Names

POSTGRES_EPOCH_US = 946_684_800_000_000  # 2000-01-01, from which timestamptz counts in microseconds
SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"

COLUMNS = (
    "time", "lane", "operation", "rev", "actor", "rkey", "collection", "subject_account", "subject_rkey",
    "reply", "quote", "media", "quote_account", "quote_rkey", "mentions", "terms",
)  # fmt: skip
KEY_BYTES = [*range(29, 37), *range(41, 49), *range(53, 61), *range(65, 69)]
"""Where a packed row has the bytes of its key: rev, actor, rkey, collection."""
RECORD = slice(8, None)
"""What of a key is the key of the record: actor, rkey, collection."""

_HEAD = Struct(">hiqihiciqiqiqii")
_NUMBER = Struct(">iq")
_SMALL = Struct(">ih")
_TWO_NUMBERS = Struct(">iqiq")
_KEY = Struct(">qqqi")
_LANE = slice(18, 20)
_NO_SUBJECT = NULL * 2
_NO_POST = NULL * 7
_BOOLEAN = {True: b"\0\0\0\1\1", False: b"\0\0\0\1\0"}
_ARRAY = Struct(">iiiii")
_BIGINT_OID = 20
_FEW = 3  # longer arrays are rare and not worth remembering

# Created records of the usual shapes, whose rows have a fixed width; their times count from 2000.
_CREATED = (
    ("time", "i8"), ("lane", "i2"), constant(b"c"), ("rev", "i8"), ("actor", "i8"), ("rkey", "i8"),
    ("collection", "i4"),
)  # fmt: skip
_SUBJECT = (("subject_account", "i8"), ("subject_rkey", "i8"))
_MEDIA = ("media", "i2")
_NO_QUOTE_NO_MENTION = NULL * 3
ON_POST = Layout(len(COLUMNS), [*_CREATED, *_SUBJECT, _NO_POST])
"""A like or repost of a post."""
ON_ACCOUNT = Layout(len(COLUMNS), [*_CREATED, _SUBJECT[0], NULL + _NO_POST])
"""A follow."""
TOP_POST = Layout(len(COLUMNS), [*_CREATED, _NO_SUBJECT, _BOOLEAN[False] * 2, _MEDIA, _NO_QUOTE_NO_MENTION])
"""A post that is no reply, quotes nothing and mentions nobody; `packed_bigints` of its terms follow."""
REPLY = Layout(len(COLUMNS), [*_CREATED, *_SUBJECT, _BOOLEAN[True] + _BOOLEAN[False], _MEDIA, _NO_QUOTE_NO_MENTION])
"""The same of a reply to a post."""


class Row(NamedTuple):
    """One event with its ids, as it is stored and as it counts. Times are unix microseconds."""

    packed: bytes
    time_us: int
    operation: str
    rev: int
    actor: int
    rkey: int
    collection: int
    subject_account: int | None
    subject_rkey: int | None
    reply: bool | None = None
    quote: bool | None = None
    quote_account: int | None = None
    quote_rkey: int | None = None
    mentions: list[int] | None = None
    terms: list[int] | None = None
    media: int | None = None
    """What a post shows (see media.py)."""


def row_of(event: Event, names: Names) -> Row:
    """The log row of an event; names it uses are noted in `names`."""
    time_us, did, operation, rev, collection_name, rkey_text, subject_did, subject_key, post, _ = event
    actor = names.account(did)
    rkey = names.rkey(rkey_text) if type(rkey_text) is str else rkey_text
    assert type(rkey) is int
    collection = names.collection(collection_name)
    head = _HEAD.pack(
        len(COLUMNS), 8, time_us - POSTGRES_EPOCH_US, 2, lane_of(did.encode()), 1, operation.encode(),
        8, rev, 8, actor, 8, rkey, 4, collection,
    )  # fmt: skip
    subject = subject_rkey = None
    packed_subject = _NO_SUBJECT
    if subject_did is not None:
        subject = names.account(subject_did)
        if subject_key is None:
            packed_subject = _NUMBER.pack(8, subject) + NULL
        else:
            subject_rkey = names.rkey(subject_key)
            packed_subject = _TWO_NUMBERS.pack(8, subject, 8, subject_rkey)
    if post is None:
        packed = head + packed_subject + _NO_POST
        return Row(packed, time_us, operation, rev, actor, rkey, collection, subject, subject_rkey)
    quoted = names.account(post.quote_did) if post.quote_did is not None else None
    quoted_rkey = names.rkey(post.quote_rkey) if post.quote_rkey is not None else None
    mentions = [names.account(mentioned) for mentioned in post.mentions]
    terms = [names.term(term) for term in post.terms]
    packed = b"".join(
        (
            head, packed_subject, _BOOLEAN[post.reply], _BOOLEAN[post.quote], _SMALL.pack(2, post.media),
            _bigint(quoted), _bigint(quoted_rkey), packed_bigints(tuple(mentions)), packed_bigints(tuple(terms)),
        )
    )  # fmt: skip
    return Row(
        packed, time_us, operation, rev, actor, rkey, collection, subject, subject_rkey,
        post.reply, post.quote, quoted, quoted_rkey, mentions, terms, post.media,
    )  # fmt: skip


def pack_key(rev: int, actor: int, rkey: int, collection: int) -> bytes:
    """The key of such an event."""
    return _KEY.pack(rev, actor, rkey, collection)


def unpack_key(key: bytes) -> tuple[int, int, int, int]:
    """Rev, actor, record key and collection of a key."""
    rev, actor, rkey, collection = _KEY.unpack(key)
    return rev, actor, rkey, collection


def key_of(row: Row) -> bytes:
    """The key of the event in a row."""
    return pack_key(row.rev, row.actor, row.rkey, row.collection)


def lane_of_packed(packed: bytes) -> int:
    """The lane in a packed row."""
    return int.from_bytes(packed[_LANE], "big")


def record_of(row: Row) -> bytes:
    """The key of the record a row is about."""
    return key_of(row)[RECORD]


def _bigint(value: int | None) -> bytes:
    return NULL if value is None else _NUMBER.pack(8, value)


def packed_bigints(values: tuple[int, ...]) -> bytes:
    """A bigint[] as array_recv reads it; nothing at all for an empty one."""
    return _few_bigints(values) if len(values) <= _FEW else _pack_bigints(values)


def _pack_bigints(values: tuple[int, ...]) -> bytes:
    if not values:
        return NULL
    # dimensions, null flag, element type, length, lower bound, elements
    body = _ARRAY.pack(1, 0, _BIGINT_OID, len(values), 1) + b"".join([_NUMBER.pack(8, value) for value in values])
    return len(body).to_bytes(4, "big") + body


_few_bigints = lru_cache(4096)(_pack_bigints)
