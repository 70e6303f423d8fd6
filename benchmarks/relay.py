"""A relay: the frames of the raw firehose that a Jetstream host would have made given lines of.

It owns how operations of one rev become a commit with its blocks, and the seq of each frame. Tree nodes are true blocks
with true CIDs, as many and as large as on the network (ten blocks a commit, 5 kB), but of nobody's tree. A line that is
no event becomes a frame that is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

import orjson

from benchmarks.cbor import Link, cid_of, encode
from benchmarks.commit import iso_us

SEQ_FIRST = 31_527_015_322  # of July 2026; beyond 32 bits
NODES_OF_A_COMMIT = 7
_NODES_COUNT = 256
_NODE_ENTRIES = 7

Frame = tuple[int, int, bytes]
"""Seq, stream time in microseconds, the frame."""


class Relay:
    """Makes the frames of one relay. The same lines give the same bytes."""

    def __init__(self) -> None:
        self._random = Random(0)
        self._nodes = [_block(_node(self._random)) for _ in range(_NODES_COUNT)]
        self._seq = SEQ_FIRST - 1

    def frames(self, lines: Iterable[tuple[int, bytes]]) -> Iterator[Frame]:
        """The frames of lines with their stream times, oldest first; operations of one rev that follow each other are
        one commit."""
        waiting: list[dict[str, Any]] = []
        for time_us, line in lines:
            message = _message(line)
            if waiting and not _same_commit(waiting[0], message):
                yield self._commit(waiting)
                waiting = []
            if message is None:
                self._seq += 1
                yield self._seq, time_us, line
            elif message["kind"] == "commit":
                waiting.append(message)
            else:
                yield self._notice(message)
        if waiting:
            yield self._commit(waiting)

    def _notice(self, message: dict[str, Any]) -> Frame:
        """Its seq is the one it says of itself, where that is none of the past."""
        kind = message["kind"]
        self._seq = max(self._seq + 1, message[kind]["seq"])
        body = {**message[kind], "seq": self._seq}
        return self._frame(f"#{kind}", body, message["time_us"])

    def _commit(self, messages: list[dict[str, Any]]) -> Frame:
        self._seq += 1
        did, rev = messages[0]["did"], messages[0]["commit"]["rev"]
        operations, records = [], []
        for message in messages:
            commit = message["commit"]
            record = _block(commit["record"]) if "record" in commit else None
            path = f"{commit['collection']}/{commit['rkey']}"
            operations.append({"action": commit["operation"], "path": path, "cid": record and Link(record[0])})
            records += [record] if record else []
        entries = [{"k": op["path"].encode(), "p": 0, "t": None, "v": op["cid"]} for op in operations]
        leaf = _block({"e": entries, "l": None})
        root = _block({"did": did, "rev": rev, "sig": self._random.randbytes(64), "data": Link(leaf[0]), "prev": None,
                       "version": 3})  # fmt: skip
        blocks = [root, *self._random.choices(self._nodes, k=NODES_OF_A_COMMIT), leaf, *records]
        body = {
            "ops": operations, "rev": rev, "seq": self._seq, "repo": did, "time": iso_us(messages[0]["time_us"]),
            "blobs": [], "since": None, "blocks": car_of(Link(root[0]), blocks), "commit": Link(root[0]),
            "rebase": False, "tooBig": False, "prevData": Link(self._nodes[0][0]),
        }  # fmt: skip
        return self._frame("#commit", body, messages[0]["time_us"])

    def _frame(self, kind: str, body: dict[str, Any], time_us: int) -> Frame:
        return self._seq, time_us, encode({"t": kind, "op": 1}) + encode(body)


def _message(line: bytes) -> dict[str, Any] | None:
    """What a line says, as far as a relay could say the same; else None."""
    try:
        message = orjson.loads(line)
        kind = message["kind"]
        if kind == "commit":
            encode(message["commit"])
            _ = message["commit"]["rev"], message["commit"]["collection"], message["commit"]["rkey"]
            _ = message["commit"]["operation"]
        else:
            encode(message[kind])
            iso_us(message[kind]["seq"])
        _ = encode(message["did"]), iso_us(message["time_us"])
    except (ValueError, TypeError, KeyError, OverflowError, OSError):
        return None
    return message if kind in ("commit", "identity", "account") else None


def _same_commit(first: dict[str, Any], message: dict[str, Any] | None) -> bool:
    return (
        message is not None and message["kind"] == "commit" and message["did"] == first["did"]
        and message["commit"]["rev"] == first["commit"]["rev"]
    )  # fmt: skip


def _block(value: Any) -> tuple[bytes, bytes]:
    """CID and bytes."""
    block = encode(value)
    return cid_of(block), block


def _node(random: Random) -> dict[str, Any]:
    """A node of some tree."""
    entries = [
        {"k": random.randbytes(8).hex().encode(), "p": 20, "t": Link(cid_of(random.randbytes(8))),
         "v": Link(cid_of(random.randbytes(8)))}
        for _ in range(_NODE_ENTRIES)
    ]  # fmt: skip
    return {"e": entries, "l": None}


def car_of(root: Link, blocks: list[tuple[bytes, bytes]]) -> bytes:
    """Blocks, CID and bytes each, as a CAR."""
    head = encode({"roots": [root], "version": 1})
    return b"".join([_varint(len(head)), head, *[_varint(len(c) + len(b)) + c + b for c, b in blocks]])


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)
