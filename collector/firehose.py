"""Frames of com.atproto.sync.subscribeRepos, as Jetstream's lines: a commit of N operations is N of them.

A frame is two DAG-CBOR values, a header and a body; the records of a commit lie in a CAR inside the body. What is
wrong with a block or an operation is refused under that operation's own key, and the others of the commit count;
what is no two values is refused whole. It knows nothing of what a record means. Facts: atproto.com/specs/event-stream
and /specs/sync; a record nested deeper than JSON is written here (RECORD_DEPTH_MAX) is refused.
"""

from __future__ import annotations

import hashlib
import re
import sys
from base64 import b64encode
from datetime import datetime
from typing import Any

import libipld
import orjson

from collector.car import CID_BYTES, BadCar, Blocks, blocks_of
from collector.decode import EARLIEST_US, commit_key, notice_key
from collector.errors import BadFrame
from collector.translation import Broken, Translated

OPERATIONS_MAX = 1000
"""Of a commit: the network allows 200, this is room for a host that is not strict."""
RECORDS_TIMES_MAX = 16
"""How many times the bytes of its frame the records of a commit may have, for a thousand operations can name one block:
a few hundred kB would become a gigabyte. Operations of equal records of less than 2 kB need not so much."""
RECORD_DEPTH_MAX = 252
"""Arrays and maps in one another: what orjson writes inside a line, and eight times what relays let pass."""

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII | re.IGNORECASE).fullmatch
_NOTICES = {"#identity": "identity", "#account": "account", "#sync": "sync"}
_CID_BEGINS = (b"\x01\x71\x12\x20", b"\x01\x55\x12\x20")  # version 1, DAG-CBOR or raw, SHA-256
_UNDECODABLE = (ValueError, RecursionError, OverflowError, MemoryError)


class Firehose:
    """Translates for one host."""

    line_bytes_max = sys.maxsize  # the frame's size has been judged

    def __init__(self, event_bytes_max: int = 8 << 20, check_cids: bool = True) -> None:
        """Larger frames are refused, `event_bytes_max` bytes being the limit; `check_cids`: records are hashed."""
        self._event_bytes_max = event_bytes_max
        self._check_cids = check_cids

    def translate(self, frames: list[bytes]) -> Translated:
        said = Translated([], {}, [])
        for frame in frames:
            begin = len(said.lines)
            try:
                self._frame(frame, said)
            except BadFrame as bad:
                said.broken.append(Broken(frame, bad))
            for line in said.lines[begin:]:
                said.origins[line] = frame
        return said

    def _frame(self, frame: bytes, said: Translated) -> None:
        kind, body = parts_of(frame)
        if kind == "#commit":
            self._commit(frame, body, said)
        elif kind in _NOTICES:
            self._notice(frame, body, _NOTICES[kind], said)
        else:
            raise BadFrame("kind_unknown")

    def _notice(self, frame: bytes, body: dict[str, Any], kind: str, said: Translated) -> None:
        """An identity, account or sync event; of a sync not the blocks, which hold no record."""
        told = {name: value for name, value in body.items() if name != "blocks"}
        message = {"did": body.get("did"), "time_us": time_us_of(body.get("time")), "kind": kind, kind: told}
        try:
            if len(frame) > self._event_bytes_max:
                raise BadFrame("too_large")
            said.lines.append(orjson.dumps(message, default=_json_of))
        except BadFrame as bad:
            raise BadFrame(bad.reason, notice_key(message, kind)) from None
        except (TypeError, RecursionError):
            raise BadFrame("body_invalid", notice_key(message, kind)) from None

    def _commit(self, frame: bytes, body: dict[str, Any], said: Translated) -> None:
        operations = body.get("ops")
        if type(operations) is not list:
            raise BadFrame("operations_invalid")
        if len(operations) > OPERATIONS_MAX:
            raise BadFrame("too_many_operations")
        if not operations and body.get("tooBig") is True:
            raise BadFrame("too_big")  # what was done is not in it, and nobody will say
        records = _Records(frame, body.get("blocks"), self._check_cids)
        did, rev, time_us = body.get("repo"), body.get("rev"), time_us_of(body.get("time"))
        for operation in operations:
            if type(operation) is not dict:
                said.broken.append(Broken(frame, BadFrame("operations_invalid")))
                continue
            collection, rkey = _path(operation.get("path"))
            commit = {
                "rev": rev, "operation": operation.get("action"), "collection": collection, "rkey": rkey,
            }  # fmt: skip
            message = {"did": did, "time_us": time_us, "kind": "commit", "commit": commit}
            try:
                if len(frame) > self._event_bytes_max:
                    raise BadFrame("too_large")
                if commit["operation"] in ("create", "update"):
                    commit["record"] = records.of(operation.get("cid"))
                said.lines.append(orjson.dumps(message, default=_json_of))
            except BadFrame as bad:
                said.broken.append(Broken(frame, BadFrame(bad.reason, commit_key(message))))
            except (TypeError, RecursionError):  # what JSON has no word for: numbers of more than 64 bits
                said.broken.append(Broken(frame, BadFrame("record_invalid", commit_key(message))))


class _Records:
    """The records of one commit. Many operations may name one block: each of them is a record of that size."""

    def __init__(self, frame: bytes, car: object, check_cids: bool) -> None:
        self._car = car if type(car) is bytes else b""
        self._blocks = _blocks(car) if type(car) is bytes else None
        self._room_bytes = RECORDS_TIMES_MAX * len(frame)
        self._check_cids = check_cids

    def of(self, cid: object) -> object:
        """The record of an operation. Raises BadFrame."""
        if self._blocks is None:
            raise BadFrame("blocks_invalid")
        if type(cid) is not bytes or cid not in self._blocks:
            raise BadFrame("block_missing")
        block = self._car[self._blocks[cid]]
        self._room_bytes -= len(block)
        if self._room_bytes < 0:
            raise BadFrame("too_large")
        if self._check_cids and hashlib.sha256(block).digest() != cid[4:]:
            raise BadFrame("cid_mismatch")
        try:
            return libipld.decode_dag_cbor(block)
        except _UNDECODABLE:
            raise BadFrame("block_invalid") from None


def parts_of(frame: bytes) -> tuple[object, dict[str, Any]]:
    """The kind of a frame (None where its header names none) and its body. Raises BadFrame."""
    try:
        parts = libipld.decode_dag_cbor_multi(frame)
    except _UNDECODABLE:
        raise BadFrame("not_cbor") from None
    if len(parts) != 2 or type(parts[0]) is not dict or type(parts[1]) is not dict:
        raise BadFrame("not_cbor")
    header, body = parts
    return (header.get("t") if header.get("op") == 1 else None), body


def time_us_of(text: object) -> int | None:
    """RFC 3339 to unix microseconds; None for what is none, or lies before the network."""
    if type(text) is not str or not _RFC3339(text):
        return None
    try:
        moment = datetime.fromisoformat(text.upper())
        time_us = int(moment.timestamp()) * 1_000_000 + moment.microsecond
    except (ValueError, OverflowError):
        return None
    return time_us if time_us >= EARLIEST_US else None


def _blocks(car: bytes) -> Blocks | None:
    try:
        return blocks_of(car)
    except BadCar:
        return None


def _path(path: object) -> tuple[str | None, str | None]:
    """Collection and record key; None for what is not there."""
    if type(path) is not str:
        return None, None
    collection, slash, rkey = path.partition("/")
    return collection, rkey if slash else None


def _json_of(value: object) -> object:
    """What JSON has no type for, as the AT Protocol writes it. What only looks like a link can not be told from one."""
    if type(value) is not bytes:
        raise TypeError
    if len(value) == CID_BYTES and value[:4] in _CID_BEGINS:
        return {"$link": libipld.encode_cid(value)}
    return {"$bytes": b64encode(value).decode().rstrip("=")}
