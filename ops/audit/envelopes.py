"""Messages of Jetstream v2's own wire: the document that the other wire would have had.

It owns the envelope, which is told from a line by its type, and that a create under the rev of its account's last sync
is the repetition of an older one, which counts nothing, as an update does. It does not know what a document is worth.
"""

from __future__ import annotations

from ops.audit.syntax import time_us

_TYPE = "network.bsky.jetstream.subscribeEvents#"
_OF_A_COMMIT = ("rev", "operation", "collection", "rkey", "record")


def unwrapped(document: dict[str, object], synced: dict[object, object]) -> dict[str, object]:
    """The document in an envelope; any other as it is. `synced`: the rev of each account's last sync, kept here."""
    payload = document.get("payload")
    if document.get("$type") != "message" or not isinstance(payload, dict):
        return document
    kind = str(payload.get("$type")).removeprefix(_TYPE)
    did, body = payload.get("did"), payload.get(kind)
    if kind == "commit":
        body = {name: payload[name] for name in _OF_A_COMMIT if name in payload}
        if body.get("operation") == "create" and isinstance(did, str) and synced.get(did, 0) == body.get("rev"):
            body["operation"] = "update"
    elif kind == "sync" and isinstance(body, dict) and isinstance(did, str):
        synced[did] = body.get("rev")
    return {"did": did, "time_us": time_us(payload.get("time")), "kind": kind, kind: body}
