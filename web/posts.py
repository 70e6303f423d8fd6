"""Posts: what one of them says and received."""

from __future__ import annotations

from typing import Any

from web import answers, asking, coverage
from web.accounts import WINDOWS, series_said, totals_of
from web.actors import find
from web.boards import POST, created_at
from web.counts import points
from web.database import Snapshot
from web.entry import mark_of_post
from web.metrics import ENGAGEMENT, OF_POST
from web.problem import Problem
from web.series import EVER, as_given, points_of, read_of, stretch_of, whole
from web.texts import texts
from web.windows import ALL, span_of


async def post(snapshot: Snapshot, ask: asking.OnePost) -> answers.Post:
    """GET /api/v1/posts/{actor}/{rkey}. One that nobody has reacted to yet has zeros: it may well be there."""
    row, key = await found_post(snapshot, ask.actor, ask.rkey)
    of_windows = {window: span_of(window, snapshot.head) for window in WINDOWS}
    read = as_given({window: whole(span, snapshot.head) for window, span in of_windows.items()})
    rows = await points(snapshot, "post", key, ENGAGEMENT, EVER, read)
    said = await texts(snapshot, [(key["account"], key["rkey"])])
    return answers.Post(
        **await coverage.said(snapshot, *of_windows[ALL]),
        uri=f"at://{row['did']}/{POST}/{ask.rkey}", did=row["did"], handle=row["handle"], rkey=ask.rkey,
        created_at=created_at(key["rkey"]), text=next(iter(said.values()), None),
        totals={window: totals_of([r for r in rows if r["label"] == window], OF_POST) for window in WINDOWS},
    )  # fmt: skip


async def series(snapshot: Snapshot, ask: asking.PostSeries) -> answers.PostSeriesAnswer:
    """GET /api/v1/posts/{actor}/{rkey}/series."""
    row, key = await found_post(snapshot, ask.actor, ask.rkey)
    stretch = stretch_of(ask, snapshot.head)
    read = read_of(stretch, snapshot.head)
    rows = await points(snapshot, "post", key, OF_POST[ask.metric], stretch.bucket, read)
    found = points_of(rows, stretch, snapshot.head)
    uri = f"at://{row['did']}/{POST}/{ask.rkey}"
    said = await series_said(snapshot, ask.metric, stretch, found)
    return answers.PostSeriesAnswer(**said, did=row["did"], uri=uri)


async def found_post(snapshot: Snapshot, actor: str, rkey: str) -> tuple[dict[str, Any], dict[str, int]]:
    """The author's row and the post's key. Raises Problem where either is not to be shown."""
    row = await find(snapshot, actor)
    key = {"account": row["id"], "rkey": snapshot.ids.rkey(rkey)}
    if await snapshot.rows("query/deleted_post", **key):
        raise Problem(410, "gone", "this post was deleted")
    snapshot.posts.add(mark_of_post(row["id"], key["rkey"]))
    return row, key
