"""Frames for tests: Jetstream lines put together by hand."""

from __future__ import annotations

from typing import Any

import orjson

from collector.event import FOLLOW, LIKE, POST, REPOST
from sql import tid

NOON_US = 1_783_166_400_000_000  # 2026-07-04T12:00:00Z
ALICE = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"
BOB = "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb"
CAROL = "did:web:carol.example"

KINDS = {"like": LIKE, "post": POST, "repost": REPOST, "follow": FOLLOW}


def key(number: int) -> str:
    """The TID a number of milliseconds after noon."""
    return tid.text(tid.earliest(NOON_US + number * 1000))


def post_uri(did: str, rkey: str) -> str:
    return f"at://{did}/{POST}/{rkey}"


def message(
    kind: str, did: str = ALICE, at: int = 0, *, rkey: str | None = None, rev: int | None = None,
    operation: str = "create", **record: Any,
) -> dict[str, Any]:  # fmt: skip
    """A commit of `did` at `at` milliseconds after noon; rev and rkey follow the time unless they are given."""
    commit: dict[str, Any] = {
        "rev": key(at if rev is None else rev),
        "operation": operation,
        "collection": KINDS.get(kind, kind),
        "rkey": rkey if rkey is not None else key(at),
    }
    if operation != "delete":
        commit["record"] = {"$type": KINDS.get(kind, kind), "createdAt": "2026-07-04T12:00:00Z", **record}
    return {"did": did, "time_us": NOON_US + at * 1000, "kind": "commit", "commit": commit}


def frame(*arguments: Any, **named: Any) -> bytes:
    """The message as it comes from the socket."""
    return orjson.dumps(message(*arguments, **named))


def like(uri: str, did: str = ALICE, at: int = 0, **named: Any) -> bytes:
    return frame("like", did, at, subject={"uri": uri, "cid": "bafy"}, **named)


def follow(subject: Any, did: str = ALICE, at: int = 0, **named: Any) -> bytes:
    return frame("follow", did, at, subject=subject, **named)


def post(did: str = ALICE, at: int = 0, **record: Any) -> bytes:
    return frame("post", did, at, **{"text": "hello", **record})


def delete(kind: str, rkey: str, did: str = ALICE, at: int = 0, **named: Any) -> bytes:
    return frame(kind, did, at, rkey=rkey, operation="delete", **named)


def notice(kind: str, did: str = ALICE, at: int = 0, seq: int = 1, **body: Any) -> bytes:
    """An identity or account event."""
    inner = {"did": did, "seq": seq, "time": "2026-07-04T12:00:00Z", **body}
    return orjson.dumps({"did": did, "time_us": NOON_US + at * 1000, "kind": kind, kind: inner})


BOBS = post_uri(BOB, key(1))
"""A post of Bob's."""


def reply(uri: str, did: str = ALICE, at: int = 0, **record: object) -> bytes:
    return post(did, at, reply={"root": {"uri": uri}, "parent": {"uri": uri}}, **record)


def quote(uri: str) -> dict[str, object]:
    return {"$type": "app.bsky.embed.record", "record": {"uri": uri}}


def mention(did: str) -> dict[str, object]:
    return {"features": [{"$type": "app.bsky.richtext.facet#mention", "did": did}]}
