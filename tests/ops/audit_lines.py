"""Frames for the tests of the audit, written as an upstream writes them. It knows nothing of what they count."""

from __future__ import annotations

import json

ALICE, BOB, CAROL = "did:plc:alice", "did:plc:bob", "did:web:carol.example"

LIKE = "app.bsky.feed.like"
POST = "app.bsky.feed.post"
REPOST = "app.bsky.feed.repost"
FOLLOW = "app.bsky.graph.follow"

MINUTE = 60_000_000
DAY = 1_440 * MINUTE
START = 1_783_175_880_000_000  # 2026-07-04T14:38:00Z, a whole minute
NOW = START + 60 * DAY


def tid(last: str) -> str:
    """A TID with a small number: tid('3') is 1, tid('7') is 5, tid('a') is 6, tid('32') is 32."""
    return last.rjust(13, "2")


def frame(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def commit(
    did: str,
    collection: str,
    rkey: str,
    record: object = None,
    *,
    rev: str | None = None,
    operation: str = "create",
    at: int = START,
) -> bytes:
    """A commit; its rev is the record key unless told."""
    body = {"rev": rev or rkey, "operation": operation, "collection": collection, "rkey": rkey}
    if operation != "delete":
        body |= {"record": record if record is not None else {}, "cid": "bafy"}  # type: ignore[dict-item]
    return frame(did=did, time_us=at, kind="commit", commit=body)


def delete(did: str, collection: str, rkey: str, *, rev: str, at: int = START) -> bytes:
    return commit(did, collection, rkey, rev=rev, operation="delete", at=at)


def about(uri: object) -> dict[str, object]:
    """The record of a like or a repost."""
    return {"subject": {"cid": "bafy", "uri": uri}, "createdAt": "2026-07-04T14:38:07.594Z"}


def uri(did: str, rkey: str, collection: str = POST) -> str:
    return f"at://{did}/{collection}/{rkey}"


def answer(parent: object) -> dict[str, object]:
    """The reply field of a post."""
    return {"root": {"uri": parent, "cid": "bafy"}, "parent": {"uri": parent, "cid": "bafy"}}


def quote(of: object) -> dict[str, object]:
    return {"$type": "app.bsky.embed.record", "record": {"uri": of, "cid": "bafy"}}


def quote_with_media(of: object) -> dict[str, object]:
    return {
        "$type": "app.bsky.embed.recordWithMedia",
        "record": {"$type": "app.bsky.embed.record", "record": {"uri": of, "cid": "bafy"}},
        "media": {"$type": "app.bsky.embed.images", "images": []},
    }


def mention(*dids: object) -> dict[str, object]:
    """A facet that mentions all of these."""
    features = [{"$type": "app.bsky.richtext.facet#mention", "did": did} for did in dids]
    return {"index": {"byteStart": 0, "byteEnd": 3}, "features": features}


def identity(did: str, seq: object, at: int = START) -> bytes:
    return frame(did=did, time_us=at, kind="identity", identity={"did": did, "seq": seq})


def account(did: str, seq: object, active: object, at: int = START, **more: object) -> bytes:
    """An account event; `status` and `time` as given."""
    body = {"active": active, "did": did, "seq": seq, **more}
    return frame(did=did, time_us=at, kind="account", account=body)
