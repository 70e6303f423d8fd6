"""Messages of network.bsky.jetstream.subscribeEvents, as lines of /subscribe: the same events in another wrapping.

The usual message is cut open where its first fields end, which costs no parsing; any other is parsed. What follows a
`#sync` of an account under the sync's own rev is what its repository held all along: such creates are made updates,
which are logged and count nothing. It knows nothing of what a record means.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

import orjson

from collector.errors import BadFrame
from collector.firehose import time_us_of
from collector.translation import Broken, Translated

BEGIN = b'{"$type":"message","payload":{"$type":"network.bsky.jetstream.subscribeEvents#'
_TYPE = "network.bsky.jetstream.subscribeEvents#"
_COMMIT = re.compile(
    re.escape(BEGIN)
    + rb'commit","seq":([0-9]{1,18}),"did":("did:[!#-\[\]-~]+"),"time":"([0-9TZ:.+-]{20,35})",'
    + rb'(?:"witnessedAt":"[0-9TZ:.+-]{20,35}",)?(?="rev":"([2-7a-z]{13})")'
).match
_KINDS = ("identity", "account", "sync")
_COMMIT_FIELDS = ("rev", "operation", "collection", "rkey", "cid", "record")
_SYNCED_MAX = 10_000
"""Accounts whose last sync is remembered."""


class Envelopes:
    """Translates for one host; it remembers which accounts were synced, and to which rev."""

    def __init__(self, line_bytes_max: int) -> None:
        self.line_bytes_max = line_bytes_max
        self._synced: dict[str, str] = {}

    def translate(self, frames: list[bytes]) -> Translated:
        lines, whole, broken = [], [], []
        for frame in frames:
            try:
                lines.append(self._line(frame))
                whole.append(frame)
            except BadFrame as bad:
                broken.append(Broken(frame, bad))
        return Translated(lines, dict(zip(lines, whole, strict=True)), broken)

    def _line(self, frame: bytes) -> bytes:
        found = _COMMIT(frame)
        if (
            found is not None
            and not (self._synced and self._synced.get(found[2][1:-1].decode()) == found[4].decode())
            and (time_us := _time_us(found[3])) is not None
        ):
            return b'{"did":%b,"time_us":%d,"kind":"commit","commit":{%b' % (found[2], time_us, frame[found.end() :])
        return _json(self._message(payload_of(frame)))

    def _message(self, payload: dict[str, Any]) -> dict[str, Any]:
        kind = str(payload.get("$type")).removeprefix(_TYPE)
        message = {"did": payload.get("did"), "time_us": time_us_of(payload.get("time")), "kind": kind}
        if kind == "commit":
            commit = {name: payload[name] for name in _COMMIT_FIELDS if name in payload}
            if commit.get("operation") == "create" and self._synced.get(str(message["did"])) == commit.get("rev"):
                commit["operation"] = "update"
            return {**message, "commit": commit}
        if kind not in _KINDS:
            raise BadFrame("kind_unknown")
        told = payload.get(kind)
        if kind == "sync" and isinstance(told, dict):
            told = {name: value for name, value in told.items() if name != "blocks"}
            self._remember(str(message["did"]), str(told.get("rev")))
        return {**message, kind: told}

    def _remember(self, did: str, rev: str) -> None:
        self._synced.pop(did, None)
        self._synced[did] = rev
        if len(self._synced) > _SYNCED_MAX:
            del self._synced[next(iter(self._synced))]


def _json(message: dict[str, Any]) -> bytes:
    """As text. orjson reads what is nested a thousand deep, and writes 254. Raises BadFrame."""
    try:
        return orjson.dumps(message)
    except TypeError:
        pass
    try:
        return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    except RecursionError:
        raise BadFrame("not_json") from None


def _time_us(text: bytes) -> int | None:
    """As `time_us_of`; where it is written to the microsecond, as by hosts, each second is read once."""
    if len(text) != 27 or text[19:20] != b"." or not text[20:26].isdigit() or text[26:] != b"Z":
        return time_us_of(text.decode())
    begin_us = _second_us(text[:19])
    return begin_us if begin_us is None else begin_us + int(text[20:26])


@lru_cache(4096)
def _second_us(text: bytes) -> int | None:
    return time_us_of(text.decode() + "Z")


def payload_of(frame: bytes) -> dict[str, Any]:
    """What a message carries. Raises BadFrame."""
    try:
        message = orjson.loads(frame)
    except (orjson.JSONDecodeError, RecursionError):
        raise BadFrame("not_json") from None
    payload = message.get("payload") if type(message) is dict and message.get("$type") == "message" else None
    if type(payload) is not dict:
        raise BadFrame("kind_unknown")
    return payload
