"""Publishing: the generator record of each feed in the publisher's repository as the file has it, where it is not so.

It owns what a record says. Lexicon: app.bsky.feed.generator.
"""

from __future__ import annotations

from base64 import b32encode
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from collector.feeds.checks import avatar_of
from collector.feeds.rules import Feed
from ops.pds import Pds
from web.generator import COLLECTION

_RAW_SHA256 = bytes((0x01, 0x55, 0x12, 0x20))
"""CIDv1, raw bytes, SHA-256 of 32 bytes: how a PDS names a blob."""


def publish(pds: Pds, feed: Feed, folder: Path, service: str) -> str:
    """Bring a feed's record to what the file says; what was done. A picture too is sent only if it is new."""
    before = pds.record(COLLECTION, feed.id)
    record: dict[str, Any] = {
        "$type": COLLECTION,
        "did": service,
        "displayName": feed.name,
        "createdAt": (before or {}).get("createdAt") or datetime.now(UTC).isoformat(timespec="seconds"),
    }
    if feed.description:
        record["description"] = feed.description
    picture = avatar_of(feed, folder)
    if picture is not None:
        kept = (before or {}).get("avatar")
        record["avatar"] = kept if _is(kept, picture[0]) else pds.upload(*picture)
    if record == before:
        return "as it was"
    pds.put(COLLECTION, feed.id, record)
    return "new" if before is None else "changed"


def unpublish(pds: Pds, id: str) -> str:
    """Delete a feed's record; what was done."""
    if pds.record(COLLECTION, id) is None:
        return "was not there"
    pds.delete(COLLECTION, id)
    return "deleted"


def _is(blob: Any, picture: bytes) -> bool:
    """Whether a blob in a record is this picture."""
    ref = blob.get("ref") if type(blob) is dict else None
    return type(ref) is dict and ref.get("$link") == cid_of(picture)


def cid_of(blob: bytes) -> str:
    """The CID of a blob."""
    return "b" + b32encode(_RAW_SHA256 + sha256(blob).digest()).decode().lower().rstrip("=")
