"""Frames of the raw firehose: the documents a Jetstream host would have made of them, or why there is none.

It owns what belongs to the wire alone: header and body, the blocks of a commit and their CIDs. What a document is worth
is said elsewhere. It shares nothing with the collector's reader of the same wire.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from ops.audit import cbor
from ops.audit.syntax import time_us

OPERATIONS_MAX = 1000
BLOCKS_MAX = 20_000
RECORDS_TIMES_MAX = 16
RECORD_DEPTH_MAX = 252
NOTICES = ("identity", "account", "sync")
NUMBERS = range(-(2**63), 2**64)  # what JSON's readers take for an integer


class Said(NamedTuple):
    """One event of a frame: its document, None where none can be made out; and whether it can be read at all."""

    document: dict[str, object] | None
    sound: bool


def events_of(frame: bytes) -> Iterator[Said]:
    """What a frame says, in order."""
    try:
        header, body = cbor.values(frame)
    except ValueError:
        yield Said(None, False)
        return
    kind = header.get("t") if isinstance(header, dict) and header.get("op") == 1 else None
    if not isinstance(body, dict) or not isinstance(kind, str):
        yield Said(None, False)
    elif kind == "#commit":
        yield from _commit(body, RECORDS_TIMES_MAX * len(frame))
    elif kind[:1] == "#" and kind[1:] in NOTICES:
        told = {name: value for name, value in body.items() if name != "blocks"}
        document = {**_envelope(body.get("did"), body), "kind": kind[1:], kind[1:]: told}
        yield Said(document, _writable(told) and cbor.depth(told) <= RECORD_DEPTH_MAX)
    else:
        yield Said(None, False)


def _commit(body: dict[str, object], room: int) -> Iterator[Said]:
    operations = body.get("ops")
    if not isinstance(operations, list) or len(operations) > OPERATIONS_MAX:
        yield Said(None, False)
        return
    if not operations and body.get("tooBig") is True:
        yield Said(None, False)
    blocks = _blocks(body.get("blocks"))
    for operation in operations:
        if not isinstance(operation, dict):
            yield Said(None, False)
            continue
        action, path = operation.get("action"), operation.get("path")
        collection, slash, rkey = path.partition("/") if isinstance(path, str) else (None, "", None)
        commit: dict[str, object] = {
            "rev": body.get("rev"), "operation": action, "collection": collection, "rkey": rkey if slash else None,
        }  # fmt: skip
        sound = True
        if action in ("create", "update"):
            room -= _size(blocks, operation.get("cid"))
            sound, commit["record"] = _record(blocks, operation.get("cid")) if room >= 0 else (False, None)
        yield Said({**_envelope(body.get("repo"), body), "kind": "commit", "commit": commit},
                   sound and _writable(commit))  # fmt: skip


def _size(blocks: dict[bytes, bytes], cid: object) -> int:
    return len(blocks.get(cid, b"")) if isinstance(cid, bytes) else 0


def _record(blocks: dict[bytes, bytes], cid: object) -> tuple[bool, object]:
    block = blocks.get(cid) if isinstance(cid, bytes) else None
    if block is None or not isinstance(cid, bytes) or hashlib.sha256(block).digest() != cid[4:]:
        return False, None
    try:
        record = cbor.value(block)
    except ValueError:
        return False, None
    return cbor.depth(record) <= RECORD_DEPTH_MAX, record


def _blocks(car: object) -> dict[bytes, bytes]:
    """The blocks by CID; none at all where they can not be told apart."""
    found: dict[bytes, bytes] = {}
    at, count = 0, 0
    while isinstance(car, bytes) and at < len(car):
        size, shift = 0, 0
        while True:
            if at >= len(car) or shift > 21:
                return {}
            byte, at = car[at], at + 1
            size, shift = size | (byte & 127) << shift, shift + 7
            if byte < 128:
                break
        if at + size > len(car) or count > BLOCKS_MAX or (count and size < 36):
            return {}
        if count:
            found[car[at : at + 36]] = car[at + 36 : at + size]
        at, count = at + size, count + 1
    return found


def _envelope(did: object, body: dict[str, object]) -> dict[str, object]:
    said = time_us(body.get("time"))
    return {"did": did, "time_us": said}


def _writable(value: object) -> bool:
    """Whether JSON has a word for all of it."""
    if isinstance(value, dict):
        return all(map(_writable, value.values()))
    if isinstance(value, list):
        return all(map(_writable, value))
    return not isinstance(value, int) or value in NUMBERS
