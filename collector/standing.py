"""What events say of accounts and posts besides counting: states, handles, profiles, deleted posts.

Each is the latest by an order of its own, in whatever order events come; it is written in the transaction of the batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import psycopg

from collector.checkpoint import unix_time
from collector.content import Content
from collector.event import DELETE, Notice, Profile
from sql import array_of, statement


def write_standing(cursor: psycopg.Cursor, content: Content) -> None:
    """Everything of this kind that the batch says."""
    _notices(cursor, content)
    _profiles(cursor, content)
    _deleted_posts(cursor, content)


def _notices(cursor: psycopg.Cursor, content: Content) -> None:
    """States and handles; of several for one account the latest by (time, seq)."""
    said = [(item.said, item.row.actor) for item in content.accepted if isinstance(item.said, Notice)]
    said.sort(key=lambda told: (told[0].time_us, told[0].seq))
    states = {actor: notice for notice, actor in said if notice.active is not None}
    handles = {actor: notice for notice, actor in said if notice.handle}
    if states:
        given = {
            "active": [notice.active for notice in states.values()],
            "statuses": [notice.status for notice in states.values()],
            **_when(states),
        }
        cursor.execute(statement("event/update_accounts"), given)
    if handles:
        given = {"handles": [notice.handle for notice in handles.values()], **_when(handles)}
        cursor.execute(statement("event/update_handles"), given)


def _profiles(cursor: psycopg.Cursor, content: Content) -> None:
    """Names and wishes; of several for one account the latest by rev."""
    said = [(i.row.rev, i.row.actor, i.said) for i in content.accepted if isinstance(i.said, Profile)]
    profiles = {actor: (rev, profile) for rev, actor, profile in sorted(said, key=lambda told: told[:2])}
    if profiles:
        given = {
            "ids": list(profiles),
            "revs": [rev for rev, _ in profiles.values()],
            "names": [profile.display_name for _, profile in profiles.values()],
            "unlisted": [profile.unlisted for _, profile in profiles.values()],
        }
        cursor.execute(statement("event/update_profiles"), given)


def _deleted_posts(cursor: psycopg.Cursor, content: Content) -> None:
    post = content.collections.post
    rows = [i.row for i in content.accepted if i.row.operation == DELETE and i.row.collection == post]
    if rows:
        given = {name: array_of(getattr(row, name) for row in rows) for name in ("actor", "rkey", "rev")}
        cursor.execute(statement("event/insert_deleted_posts"), given)


def _when(told: Mapping[int, Notice]) -> dict[str, Iterable[Any]]:
    """Whom notices are about, and when they say it was."""
    return {
        "ids": list(told),
        "times": [unix_time(notice.time_us) for notice in told.values()],
        "seqs": [notice.seq for notice in told.values()],
    }
