"""Messages of Jetstream v2's own wire, made of lines of /subscribe.

It owns the envelope and its field order, as the server writes it. It does not know what an event means; a line that
is no event stands in an envelope that is none.
"""

from __future__ import annotations

import orjson

from benchmarks.commit import iso_us

_TYPE = "network.bsky.jetstream.subscribeEvents#"


def envelope(line: bytes, seq: int) -> bytes:
    """The message of a line."""
    try:
        said = orjson.loads(line)
        kind = said["kind"]
        payload = {"$type": _TYPE + kind, "seq": seq, "did": said["did"], "time": iso_us(said["time_us"])}
        payload |= said[kind] if kind == "commit" else {kind: said[kind]}
    except (ValueError, TypeError, KeyError, OverflowError, OSError):
        return b'{"$type":"message","payload":' + line
    return orjson.dumps({"$type": "message", "payload": payload})
