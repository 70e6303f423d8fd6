"""Events: what an account did, and who did something to a post, out of the event log as far back as it is kept.

It owns how a page goes on where the one before ended.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from psycopg import sql

from sql import operations, tid
from web import asking, coverage, logged
from web.actors import find
from web.boards import POST
from web.database import Snapshot
from web.experience import ARTICLE, rules_of
from web.level import level_of
from web.posts import found_post
from web.problem import bad_parameter
from web.spans import of_us, us_of
from web.timeline import AHEAD, NOWHERE, Line, stretches, timeline

_FOLLOW = "app.bsky.graph.follow"
_OF_METRIC = {
    "likes": ("app.bsky.feed.like", "subject"), "reposts": ("app.bsky.feed.repost", "subject"),
    "replies": (POST, "subject"), "quotes": (POST, "quote"),
}  # fmt: skip


async def events(snapshot: Snapshot, ask: asking.AccountEvents) -> logged.Events:
    """GET /api/v1/accounts/{actor}/events."""
    row = await find(snapshot, ask.actor)
    head, rules = snapshot.head, await rules_of(snapshot, ARTICLE)
    page = await timeline(snapshot, row["id"], rules, _place(ask.cursor), ask.limit, ask.type or None)
    return logged.Events(
        **await coverage.said(snapshot, head.log_from, head.watermark), did=row["did"], logged_from=head.log_from,
        events=[_event(each) for each in page],
        cursor=_cursor([line.row for line in page], ask.limit, "rkey", "number"),
    )  # fmt: skip


def _event(line: Line) -> logged.Event:
    row, about = line.row, None
    if row["subject_did"] and row["collection"] == _FOLLOW:
        about = row["subject_did"]
    elif row["subject_did"] and row["subject_rkey"] is not None:
        about = f"at://{row['subject_did']}/{POST}/{row['subject_key'] or tid.text(row['subject_rkey'])}"
    key = None if row["operation"] == "e" else row["key"] or tid.text(row["rkey"])
    return logged.Event(
        time=row["time"], type=row["type"], operation=operations.NAMES[row["operation"]], collection=row["collection"],
        rkey=key, subject=about, experience=row["experience"], level=level_of(max(0, line.experience)),
    )  # fmt: skip


async def interactions(snapshot: Snapshot, ask: asking.Interactions) -> logged.InteractionsAnswer:
    """GET /api/v1/posts/{actor}/{rkey}/interactions."""
    row, key = await found_post(snapshot, ask.actor, ask.rkey)
    head, place = snapshot.head, _place(ask.cursor)
    begin = max(head.log_from, ask.from_ or head.log_from)
    latest = head.watermark + AHEAD
    end = min(latest, ask.to or latest)
    collection, subject = _OF_METRIC[ask.metric]
    names = {
        "subject_account": sql.Identifier("event", f"{subject}_account"),
        "subject_rkey": sql.Identifier("event", f"{subject}_rkey"),
        "beyond": sql.SQL("<" if ask.sort == "desc" else ">"),
        "direction": sql.SQL("desc" if ask.sort == "desc" else "asc"),
    }
    if place["time"] and ask.sort == "desc":
        end = min(end, place["time"] + timedelta(microseconds=1))
    elif place["time"]:
        begin = max(begin, place["time"])
    at = {"time": place["time"], "rev": place["rev"], "key": place["key"]}
    page: list[dict[str, Any]] = []
    for first, last in stretches(begin, end, newest_first=ask.sort == "desc"):
        given = {**key, "collection": collection, "from": first, "to": last, **at}
        page += await snapshot.rows("query/interactions", names, **given, limit=ask.limit - len(page))
        if len(page) == ask.limit:
            break
    return logged.InteractionsAnswer(
        **await coverage.said(snapshot, begin, max(begin, min(end, head.watermark))), did=row["did"],
        uri=f"at://{row['did']}/{POST}/{ask.rkey}", metric=ask.metric, cursor=_cursor(page, ask.limit, "actor"),
        interactions=[
            logged.Interactor(
                time=each["time"], did=each["did"], handle=each["handle"], display_name=each["display_name"],
                rkey=each["key"] or tid.text(each["rkey"]),
            )
            for each in page
        ],
    )  # fmt: skip


def _place(cursor: Any) -> dict[str, Any]:
    """Where a page goes on: after an event of this time, rev, and record key with the number of its collection, or
    actor."""
    if not cursor:
        return NOWHERE
    time_us, rev, key, *rest = map(int, cursor.split("."))
    if max(rev, abs(key)) >= 1 << 63 or time_us >= 1 << 53:
        raise bad_parameter("cursor", "is none of ours")
    return {"time": of_us(time_us), "rev": rev, "key": key, "number": rest[0] if rest else 0}


def _cursor(page: list[dict[str, Any]], limit: int, *keys: str) -> str | None:
    if len(page) < limit:
        return None
    last = page[-1]
    return ".".join(map(str, (us_of(last["time"]), last["rev"], *(last[key] for key in keys))))
