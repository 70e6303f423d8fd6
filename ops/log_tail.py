"""The tail of the event log: what batches have brought since the last look, each event once, whatever its time.

It knows names, not ids; what a post says is not in the log.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import dict_row

from ops.filters import Filter
from ops.place import place
from sql import statement, tid
from sql.operations import NAMES
from web.spans import written

_POST = "app.bsky.feed.post"
_LISTS = {"language": "languages", "hashtag": "hashtags", "link": "links", "domain": "domains", "emoji": "emoji"}
Event = dict[str, Any]
"""One event, ready for JSON: time, did, handle, operation, collection, rkey, uri, subject, reply, quote, languages,
hashtags, links, domains, emoji; what it does not have is left out."""


class LogTail:
    """Looks on one session."""

    def __init__(self, connection: psycopg.Connection, wanted: Filter) -> None:
        self._connection, self._wanted = connection, wanted
        self._after = place(connection)

    def look(self) -> list[Event]:
        """What is new of what is wanted, in the order of the stream."""
        with self._connection.transaction():
            self._connection.execute("set transaction isolation level repeatable read")
            now = place(self._connection)
            cursor = self._connection.cursor(row_factory=dict_row)
            given = {"after": self._after, **self._wanted.given}
            rows = cursor.execute(statement("metrics/new_events"), given).fetchall()
        self._after = now
        return [_event(row) for row in rows]


def _event(row: dict[str, Any]) -> Event:
    commit = row["operation"] != "e"
    rkey = _key(row["rkey"], row["key"]) if commit else None
    event = {
        "time": written(row["time"]), "did": row["did"], "handle": row["handle"],
        "operation": NAMES[row["operation"]], "collection": row["collection"], "rkey": rkey,
        "uri": f"at://{row['did']}/{row['collection']}/{rkey}" if commit else None, "subject": _subject(row),
        "reply": row["reply"] or None, "quote": row["quote"] or None,
    }  # fmt: skip
    for dimension, name in row["said"]:
        event.setdefault(_LISTS[dimension], []).append(name)
    return {name: value for name, value in event.items() if value is not None}


def _subject(row: dict[str, Any]) -> str | None:
    """Who or what it is about."""
    if row["subject_did"] is None or row["subject_rkey"] is None:
        did: str | None = row["subject_did"]
        return did
    return f"at://{row['subject_did']}/{_POST}/{_key(row['subject_rkey'], row['subject_key'])}"


def _key(number: int, name: str | None) -> str:
    """A record key: a TID's number says it."""
    return tid.text(number) if number >= 0 else name or ""
