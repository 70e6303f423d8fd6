"""What a plain collector keeps: one wide table, the fields that people query, and the message as it came.

`json`, not `jsonb`: it costs less and takes every message. One index, the key's, as our event log has one b-tree.
"""

from __future__ import annotations

from typing import Any

TABLE = """
create table raw_event (
  id bigint generated always as identity primary key,
  time_us bigint not null,
  did text not null,
  kind text not null,
  operation text,
  collection text,
  rkey text,
  message json not null
)
"""
INSERT = """
insert into raw_event (time_us, did, kind, operation, collection, rkey, message)
values (%s, %s, %s, %s, %s, %s, %s)
"""


def row_of(event: dict[str, Any], message: str | bytes) -> tuple[object, ...]:
    """The row of an event that has been parsed."""
    commit = event.get("commit", {})
    return (
        event["time_us"], event["did"], event["kind"], commit.get("operation"), commit.get("collection"),
        commit.get("rkey"), message,
    )  # fmt: skip
