"""Sans-I/O: one Jetstream frame in, one checked event out, or BadFrame with its reason.

It owns every rule on what is quarantined, what counts as it is and what is treated as absent (DESIGN.md, "Bad
input"). It knows no ids, no clock beyond the limits it is given, no database.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import orjson

from collector.errors import BadFrame
from collector.event import (
    ACCOUNT,
    CREATE,
    DELETE,
    FOLLOW,
    IDENTITY,
    LIKE,
    NOTICE,
    POST,
    REPOST,
    SYNC,
    UPDATE,
    Event,
    Key,
    Notice,
)
from collector.post import is_did, is_rkey, post_detail, post_of_uri, subject_of_reply
from collector.profile import PROFILE, SELF, profile_of
from sql import tid

_UPSTREAM_AHEAD_US_MAX = 300_000_000
"""By so much the time in an account event may be later than its frame's: a state must not outlive all others."""
EARLIEST_US = 1_577_836_800_000_000  # 2020-01-01: before the network; a stream time below it is nonsense
COLLECTION_CHARACTERS_MAX = 512  # an NSID has at most 317; the rest is room for the strange
SEQ_MAX = (1 << 63) - 1

_COLLECTIONS = {"identity": IDENTITY, "account": ACCOUNT, "sync": SYNC}
_OPERATIONS = {"create": CREATE, "update": UPDATE, "delete": DELETE}
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]").search


def decode(frame: bytes, latest_us: int, event_bytes_max: int = 8 << 20) -> Event | None:
    """Return the event of a frame, None for a frame that carries none (heartbeat).

    `latest_us` is the latest stream time believed, unix microseconds. Raises BadFrame.
    """
    try:
        message = orjson.loads(frame)
    except (orjson.JSONDecodeError, RecursionError):
        raise BadFrame("not_json") from None
    if type(message) is not dict:
        raise BadFrame("not_an_object")
    kind = message.get("kind")
    too_large = len(frame) > event_bytes_max
    if kind == "commit":
        return _commit(message, latest_us, too_large)
    if type(kind) is str and kind in _COLLECTIONS:
        return _notice(message, kind, latest_us, too_large)
    if kind == "heartbeat" and "did" not in message and "time_us" not in message:
        return None
    raise BadFrame("kind_unknown")


def _commit(message: dict[str, Any], latest_us: int, too_large: bool) -> Event:
    key = did, rev, collection, rkey = _commit_key(message)
    commit = message["commit"]
    try:
        if too_large:
            raise BadFrame("too_large")
        time_us = _time(message, latest_us)
        operation = _OPERATIONS.get(commit.get("operation"))
        if operation is None:
            raise BadFrame("operation_unknown")
        subject_did = subject_rkey = post = profile = None
        if operation is CREATE and collection in _SUBJECTS:
            record = commit.get("record")
            if type(record) is not dict:
                raise BadFrame("record_missing")
            subject_did, subject_rkey = _SUBJECTS[collection](record)
            if collection == POST:
                post = post_detail(record)
        elif collection == PROFILE and rkey == SELF:
            profile = profile_of(commit.get("record") if operation is not DELETE else None)
    except BadFrame as bad:
        raise BadFrame(bad.reason, Key(*key)) from None
    except (TypeError, RecursionError):  # an unhashable operation
        raise BadFrame("operation_unknown", Key(*key)) from None
    return Event(time_us, did, operation, rev, collection, rkey, subject_did, subject_rkey, post, profile)


def _notice(message: dict[str, Any], kind: str, latest_us: int, too_large: bool) -> Event:
    key = did, seq, collection = _notice_key(message, kind)
    body, account = message[kind], kind == "account"
    try:
        if too_large:
            raise BadFrame("too_large")
        time_us = _time(message, latest_us)
        active = body.get("active")
        if account and type(active) is not bool:
            raise BadFrame("active_invalid")
    except BadFrame as bad:
        raise BadFrame(bad.reason, Key(*key, seq)) from None
    if kind == "sync":
        return Event(time_us, did, NOTICE, seq, collection, seq, None, None, None, None)
    notice = Notice(
        _upstream_time(body.get("time"), time_us),
        seq,
        active if account else None,
        _text(body.get("status")) if account else None,
        None if account else _text(body.get("handle")),
    )
    return Event(time_us, did, NOTICE, seq, collection, seq, None, None, None, notice)


def commit_key(message: dict[str, Any]) -> Key | None:
    """The key of a commit; None where it has none."""
    try:
        return Key(*_commit_key(message))
    except BadFrame:
        return None


def notice_key(message: dict[str, Any], kind: str) -> Key | None:
    """The key of an identity, account or sync event; None where it has none."""
    try:
        did, seq, collection = _notice_key(message, kind)
    except BadFrame:
        return None
    return Key(did, seq, collection, seq)


def _commit_key(message: dict[str, Any]) -> tuple[str, int, str, str]:
    did = _did(message)
    commit = message.get("commit")
    if type(commit) is not dict:
        raise BadFrame("commit_missing")
    rev = _rev(commit)
    collection = commit.get("collection")
    if type(collection) is not str or not 0 < len(collection) <= COLLECTION_CHARACTERS_MAX or _UNPRINTABLE(collection):
        raise BadFrame("collection_invalid")
    rkey = commit.get("rkey")
    if type(rkey) is not str or not is_rkey(rkey):
        raise BadFrame("rkey_invalid")
    return did, rev, collection, rkey


def _notice_key(message: dict[str, Any], kind: str) -> tuple[str, int, str]:
    did = _did(message)
    body = message.get(kind)
    if type(body) is not dict:
        raise BadFrame(f"{kind}_missing")
    seq = body.get("seq")
    if type(seq) is not int or not 0 <= seq <= SEQ_MAX:
        raise BadFrame("seq_invalid")
    return did, seq, _COLLECTIONS[kind]


def _did(message: dict[str, Any]) -> str:
    did = message.get("did")
    if type(did) is not str or not is_did(did):
        raise BadFrame("did_invalid")
    return did


def _time(message: dict[str, Any], latest_us: int) -> int:
    time_us = message.get("time_us")
    if type(time_us) is not int or time_us < EARLIEST_US:
        raise BadFrame("time_invalid")
    if time_us > latest_us:
        raise BadFrame("time_in_future")
    return time_us


def _rev(commit: dict[str, Any]) -> int:
    rev = commit.get("rev")
    if type(rev) is not str:
        raise BadFrame("rev_invalid")
    try:
        return tid.number(rev)
    except (ValueError, UnicodeEncodeError):
        raise BadFrame("rev_invalid") from None


def _post_subject(record: dict[str, Any]) -> tuple[str | None, str | None]:
    """The author and key of the liked or reposted post; (None, None) for any other subject."""
    subject = record.get("subject")
    uri = subject.get("uri") if type(subject) is dict else None
    if type(uri) is not str:
        raise BadFrame("subject_missing")
    return post_of_uri(uri)


def _account_subject(record: dict[str, Any]) -> tuple[str | None, str | None]:
    """The followed account; (None, None) where the subject is no DID."""
    did = record.get("subject")
    if type(did) is not str:
        raise BadFrame("subject_missing")
    return (did if is_did(did) else None), None


_SUBJECTS = {POST: subject_of_reply, LIKE: _post_subject, REPOST: _post_subject, FOLLOW: _account_subject}


def _upstream_time(value: Any, otherwise_us: int) -> int:
    """RFC 3339 to unix microseconds; the frame's own time where it is no time, or one that the frame can not know."""
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None or not 2000 <= moment.year <= 9000:
            return otherwise_us
        time_us = int(moment.timestamp()) * 1_000_000 + moment.microsecond
        return time_us if time_us <= otherwise_us + _UPSTREAM_AHEAD_US_MAX else otherwise_us
    except (TypeError, ValueError, OverflowError):
        return otherwise_us


def _text(value: Any) -> str | None:
    """An optional short text for the database: without NUL, at most 253 characters (the longest handle)."""
    return value.replace("\x00", "\ufffd")[:253] if type(value) is str else None
