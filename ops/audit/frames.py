"""One frame: an event, or refused and why that is so, or of no account.

It owns the contract's line between what is counted and what stands in quarantine, and the key under which each
delivery of the same event is one. It knows neither the other frames nor the database.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import sys
from dataclasses import dataclass
from typing import NamedTuple

from ops.audit.content import PROFILE, READERS, Content, asks_to_be_unlisted, read
from ops.audit.envelopes import unwrapped
from ops.audit.repos import events_of
from ops.audit.syntax import Rkey, is_collection, is_did, rkey, tid, time_us

MINUTE_US = 60_000_000
FRAME_BYTES_MAX = 8 * 1024 * 1024
SAMPLE_BYTES_MAX = 65_536
AHEAD_US_MAX = 5 * MINUTE_US
EARLIEST_US = 1_577_836_800_000_000  # 2020-01-01, before the network was
SEQ_MAX = 2**63 - 1
OPERATIONS = {"create": "c", "update": "u", "delete": "d"}

# (did, rev, collection, record key); for the others (did, seq, '#identity', '#account' or '#sync', None)
Key = tuple[str, int, str, Rkey | None]

_MAYBE_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class Change(NamedTuple):
    """What an account event says of its account; the time is null where the event's own is unreadable."""

    active: bool
    status: str | None
    time_us: int | None


@dataclass(slots=True)
class Event:
    """One delivered event: every stream time it was delivered with, and the time of its log row once known."""

    key: Key
    times: tuple[int, ...]
    operation: str
    content: Content | None = None
    status: Change | None = None
    unlisted: bool | None = None  # what a profile asks for; None: it is no profile
    logged: int | None = None
    seen_before: int = 0  # the latest stream time that had come before its first delivery

    @property
    def time(self) -> int:
        """The stream time that counts: that of the log row; without one, that of the first delivery."""
        return self.times[0] if self.logged is None else self.logged

    @property
    def minute(self) -> int:
        """The minute it belongs to, in microseconds."""
        return self.time - self.time % MINUTE_US


# What a host says of itself in a frame, and how far into it.
_HOSTS_OWN = re.compile(rb'"(?:time_us|cursor)":-?[0-9]+')
HOST_BYTES = 4096


class Refused(NamedTuple):
    """A frame for the quarantine: the event's key where it has one, else the digest of the frame; its sample."""

    identity: Key | bytes
    sample: bytes


class RepoFrame(NamedTuple):
    """A frame of the raw firehose, which may say many events."""

    raw: bytes


def judge_all(frame: RepoFrame, now_us: int) -> list[Event | Refused | None]:
    """Tell what one frame of the raw firehose says."""
    return [_judged(frame.raw, said.document, said.sound, now_us) for said in events_of(frame.raw)]


def judge(frame: bytes, now_us: int, synced: dict[object, object] | None = None) -> Event | Refused | None:
    """Tell what one delivered frame is; None for a heartbeat. `synced` is what the frames before it have left there."""
    document = parse(frame)
    return _judged(frame, document and unwrapped(document, {} if synced is None else synced), True, now_us)


def _judged(frame: bytes, document: dict[str, object] | None, sound: bool, now_us: int) -> Event | Refused | None:
    key = None
    if document is not None:
        if document.get("kind") == "heartbeat" and not document.keys() & {"did", "time_us"}:
            return None
        key = _key(document)
    if document is not None and key is not None and sound and len(frame) <= FRAME_BYTES_MAX:
        event = _event(document, key, now_us)
        if event is not None:
            return event
    identity = _without_host(frame) if key is None else key
    return Refused(identity, frame[:SAMPLE_BYTES_MAX])


def _without_host(frame: bytes) -> bytes:
    """What a frame without key is known by: the same from every host, whose own are its time and its cursor."""
    begin, rest = frame[:HOST_BYTES], frame[HOST_BYTES:]
    return hashlib.blake2b(_HOSTS_OWN.sub(b"", begin) + rest, digest_size=16).digest()


def parse(frame: bytes) -> dict[str, object] | None:
    """The frame's object, or None where it is no JSON that can be stored: RFC 8259, and nothing but Unicode text."""
    try:
        text = frame.decode("utf-8")
        document = _DECODER.decode(text)
        if _MAYBE_SURROGATE.search(frame):
            # as pairs, so that a name given twice hides nothing; encoding is what refuses half a pair
            json.dumps(_PAIRS_DECODER.decode(text), ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):  # nested deeper than about a thousand is more than any parser takes
        return None
    return document if isinstance(document, dict) else None


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError("a number no double can hold")
    return number


def _whole(text: str) -> int | float:
    return int(text) if len(text) < 300 else _finite(text)


def _constant(text: str) -> float:
    raise ValueError(f"{text} is not JSON")


_DECODER = json.JSONDecoder(parse_float=_finite, parse_int=_whole, parse_constant=_constant)
_PAIRS_DECODER = json.JSONDecoder(object_pairs_hook=list)


def _key(document: dict[str, object]) -> Key | None:
    """The event key; None as soon as any part of it is missing or ill-typed."""
    did, kind = document.get("did"), document.get("kind")
    if not is_did(did):
        return None
    if kind == "commit":
        return _commit_key(did, document.get("commit"))
    if kind == "identity" or kind == "account" or kind == "sync":
        body = document.get(str(kind))
        seq = _integer(body.get("seq")) if isinstance(body, dict) else None
        if seq is not None and 0 <= seq <= SEQ_MAX:
            return sys.intern(did), seq, f"#{kind}", None
    return None


def _commit_key(did: str, commit: object) -> Key | None:
    if not isinstance(commit, dict):
        return None
    rev, collection, key = (tid(commit.get("rev")), commit.get("collection"), rkey(commit.get("rkey")))
    if rev is None or key is None or not is_collection(collection):
        return None
    return sys.intern(did), rev, sys.intern(collection), key


def _event(document: dict[str, object], key: Key, now_us: int) -> Event | None:
    """The event of a frame that has a key; None where anything else that it needs is missing or ill-typed."""
    time_us = _integer(document.get("time_us"))
    if time_us is None or not EARLIEST_US <= time_us <= now_us + AHEAD_US_MAX:
        return None
    kind = document["kind"]
    if kind == "identity" or kind == "sync":
        return Event(key, (time_us,), "e")
    body = document[str(kind)]
    assert isinstance(body, dict)  # or there were no key
    if kind == "account":
        status = _status(body, time_us)
        return Event(key, (time_us,), "e", status=status) if status else None
    return _commit(body, key, time_us)


def _commit(commit: dict[str, object], key: Key, time_us: int) -> Event | None:
    name = commit.get("operation")
    operation = OPERATIONS.get(name) if isinstance(name, str) else None
    if operation is None:
        return None
    if key[2:] == PROFILE:
        unlisted = operation != "d" and asks_to_be_unlisted(commit.get("record"))
        return Event(key, (time_us,), operation, unlisted=unlisted)
    if operation != "c" or key[2] not in READERS:
        return Event(key, (time_us,), operation)
    created = read(key[2], commit.get("record"))
    return None if created is None else Event(key, (time_us,), operation, created)


def _status(account: dict[str, object], stream_us: int) -> Change | None:
    """What it changes; a time that the frame can not know is none."""
    active, status = account.get("active"), account.get("status")
    if not isinstance(active, bool):
        return None
    # NUL is the one character Postgres cannot hold
    text = status.replace("\0", "\ufffd") if isinstance(status, str) else None
    said_us = time_us(account.get("time"))
    return Change(active, text, said_us if said_us is not None and said_us <= stream_us + AHEAD_US_MAX else None)


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
