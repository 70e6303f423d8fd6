"""Terms: the series of one hashtag, link, domain, emoji or language."""

from __future__ import annotations

from sql.spelling import hashtag
from web import answers, asking, authors
from web.accounts import series_said
from web.database import Snapshot
from web.metrics import DIMENSIONS
from web.problem import not_found
from web.series import points_of, read_of, stretch_of


async def series(snapshot: Snapshot, kind: str, ask: asking.TermSeries) -> answers.SeriesAnswer:
    """GET /api/v1/top/hashtags/{key}/series and its like. Authors are those of the bucket, and never lost."""
    key = _as_kept(kind, ask.key)
    term = snapshot.ids.term(DIMENSIONS[kind], key)
    if not await snapshot.rows("query/term", term=term):
        raise not_found(f"none of the {kind} that were counted is {key!r}")
    stretch = stretch_of(ask, snapshot.head)
    if ask.by == "authors":
        found = await authors.points(snapshot, term, DIMENSIONS[kind], ask, stretch)
        stretch = stretch._replace(begin=found[0].time)
    else:
        given = {"terms": [term], "dimension": DIMENSIONS[kind], "bucket": stretch.bucket}
        rows = await snapshot.rows("query/term_points", **given, **read_of(stretch, snapshot.head))
        found = points_of(rows, stretch, snapshot.head)
    return answers.SeriesAnswer(**await series_said(snapshot, ask.by, stretch, found))


def _as_kept(kind: str, key: str) -> str:
    """As it is counted (DESIGN.md, the meaning of the numbers), as far as a reader may write it otherwise."""
    if kind == "hashtags":
        return hashtag(key)
    if kind == "languages":
        return key.lower().partition("-")[0]
    return key.lower() if kind == "domains" else key
