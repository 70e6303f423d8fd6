"""The Jetstream v1 wire, server's side: what a client may ask for, and how a line becomes a WebSocket frame.

This module owns the query parameters, the `options_update` message, their errors and the filters (protocol
notes 1.1 to 1.3, read from the v1 server's source), and the layout of frames. It does not know sockets, or
where lines come from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import orjson

PATH = "/subscribe"
COLLECTIONS_COUNT_MAX = 100
DIDS_COUNT_MAX = 10_000
MESSAGE_BYTES_MAX = 10_000_000

_NSID = re.compile(r"[a-zA-Z][a-zA-Z0-9-]{0,62}(\.[a-zA-Z0-9][a-zA-Z0-9-]{0,62})+\.[a-zA-Z][a-zA-Z0-9]{0,62}")
_DID = re.compile(r"did:[a-z]+:[a-zA-Z0-9._:%-]{0,2040}[a-zA-Z0-9._-]")
_COLLECTION = re.compile(
    rb'"kind":"commit","commit":\{"rev":"[^"]*","operation":"[^"]*","collection":"([^"]*)"'
)
_DID_FIRST = re.compile(rb'\{"did":"([^"]*)"')


class WireError(Exception):
    """The client asked for something impossible; the message is the server's answer to it."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which lines a client wants.

    Empty means all; account and identity events pass any filter of collections.
    """

    collections: frozenset[bytes] = frozenset()
    prefixes: tuple[bytes, ...] = ()  # of collections, each ending in a dot
    dids: frozenset[bytes] = frozenset()
    message_bytes_max: int = 0  # 0 is no limit; of the uncompressed line

    @property
    def all(self) -> bool:
        """Whether every line passes."""
        return not (self.collections or self.prefixes or self.dids or self.message_bytes_max)

    def wants(self, line: bytes) -> bool:
        """Whether a line passes. A line that cannot be read passes: it is there to be received."""
        if self.message_bytes_max and len(line) > self.message_bytes_max:
            return False
        if self.dids and (owner := _DID_FIRST.match(line)) and owner[1] not in self.dids:
            return False
        if (self.collections or self.prefixes) and (found := _COLLECTION.search(line)):
            collection = found[1]
            return collection in self.collections or collection.startswith(self.prefixes)
        return True


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a client asked for when it connected."""

    filters: Filters = field(default_factory=Filters)
    cursor_us: int | None = None  # unix microseconds, inclusive; None is the live tail
    require_hello: bool = False  # send nothing before a valid options_update


def subscription(target: str, *, compressed: bool = False) -> Subscription:
    """Read the request target (`/subscribe?...`). Raises WireError, to be answered with HTTP 400."""
    query = parse_qs(urlsplit(target).query, keep_blank_values=True)
    asked = query.get("compress", [""])[0] == "true" or bool(query.get("zstdDictionary"))
    if asked and not compressed:
        raise WireError("compress=true is not offered here: connect without it")
    if compressed and not asked:
        raise WireError("what is here is compressed: connect with compress=true")
    cursor = query.get("cursor", [""])[0]
    if cursor and not re.fullmatch(r"[+-]?[0-9]{1,18}", cursor):
        raise WireError(f"invalid cursor: {cursor}")
    size = query.get("maxMessageSizeBytes", [""])[0]
    return Subscription(
        filters=filters(
            query.get("wantedCollections", []),
            query.get("wantedDids", []),
            int(size) if re.fullmatch(r"[0-9]{1,18}", size) else 0,
        ),
        cursor_us=int(cursor) if cursor else None,
        require_hello=query.get("requireHello", [""])[0] == "true",
    )


def options_update(message: str | bytes) -> Filters | None:
    """Read a client's message: its new filters, or None for a message of a type this server ignores.

    Raises WireError for what v1 closes the connection over: bad JSON, a payload of another shape, invalid
    options.
    """
    try:
        content = orjson.loads(message)
    except orjson.JSONDecodeError as error:
        raise WireError(f"failed to unmarshal subscriber sourced message: {error}") from error
    if not isinstance(content, dict):
        raise WireError("failed to unmarshal subscriber sourced message: not an object")
    if content.get("type") != "options_update":
        return None
    payload = content.get("payload")
    if not isinstance(payload, dict):
        raise WireError("failed to unmarshal options update: no payload")
    collections, dids = payload.get("wantedCollections") or [], payload.get("wantedDids") or []
    size = payload.get("maxMessageSizeBytes") or 0
    if not _strings(collections) or not _strings(dids) or not isinstance(size, int):
        raise WireError("failed to unmarshal options update: a field is of the wrong type")
    return filters(collections, dids, max(size, 0))


def filters(collections: list[str], dids: list[str], message_bytes_max: int) -> Filters:
    """Check what is wanted and make filters of it. Raises WireError with v1's words."""
    wanted = set(filter(None, collections))
    if len(wanted) > COLLECTIONS_COUNT_MAX:
        raise WireError(f"too many wanted collections: {len(wanted)} > {COLLECTIONS_COUNT_MAX}")
    owners = frozenset(did.encode() for did in dids if did)
    if len(owners) > DIDS_COUNT_MAX:
        raise WireError(f"too many wanted DIDs: {len(owners)} > {DIDS_COUNT_MAX}")
    for did in dids:
        if did and not _DID.fullmatch(did):
            raise WireError(f"invalid wanted DID: {did}")
    whole = frozenset(name for name in wanted if not name.endswith(".*"))
    for name in sorted(whole):
        if not _NSID.fullmatch(name):
            raise WireError(f"invalid collection: {name}")
    return Filters(
        collections=frozenset(map(str.encode, whole)),
        prefixes=tuple(sorted(name.removesuffix("*").encode() for name in wanted - whole)),
        dids=owners,
        message_bytes_max=message_bytes_max,
    )


def frame(line: bytes, *, binary: bool = False) -> bytes:
    """A line as an unmasked frame (RFC 6455, 5.2): 0x81 (or 0x82), the length in 7, 16 or 64 bits, the bytes."""
    return header(len(line), binary=binary) + line


def header(line_bytes: int, *, binary: bool = False) -> bytes:
    """What stands before a line of so many bytes."""
    first = 0x82 if binary else 0x81
    if line_bytes < 126:
        return bytes((first, line_bytes))
    if line_bytes < 65_536:
        return bytes((first, 126)) + line_bytes.to_bytes(2, "big")
    return bytes((first, 127)) + line_bytes.to_bytes(8, "big")


def lines(frames: bytes) -> Iterator[bytes]:
    """The lines in a run of whole frames made by `frame`."""
    place, end = 0, len(frames)
    while place < end:
        size, begin = frames[place + 1], place + 2
        if size > 125:
            begin = place + (4 if size == 126 else 10)
            size = int.from_bytes(frames[place + 2 : begin], "big")
        place = begin + size
        yield frames[begin:place]


def _strings(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)
