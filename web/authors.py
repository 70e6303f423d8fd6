"""Authors: how many accounts wrote what a term gained, bucket by bucket, of no more posts than can be read at once.

Nobody has more authors than posts, and posts are summed up: what there would be to read is known before it is read. It
does not know what a term is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import sql

from web.answers import Point
from web.asking import TermSeries
from web.database import Head, Snapshot
from web.problem import bad_parameter
from web.series import Stretch, points_of, read_of
from web.spans import DAY, HOUR, MINUTE, floor, written

POSTS_MAX = 6_000_000
"""Posts whose authors one series may count: 1.5 s, of the five that a question may take (0.25 s a million). Of hours at
its beginning the whole day is read, at 0.11 s a million."""
TELLING_APART = 4
"""As how many a post counts where an author may have several rows in a bucket, which are sorted to be told apart."""
_UNITS = {DAY: "day", HOUR: "hour", MINUTE: "minute"}


async def points(snapshot: Snapshot, term: int, dimension: int, ask: TermSeries, stretch: Stretch) -> list[Point]:
    """The points of a stretch; without `from`, of as much of it as can be read. Raises Problem where it is too much."""
    head = snapshot.head
    begin = await _readable_from(snapshot, term, dimension, stretch)
    if begin == stretch.end:
        raise bad_parameter("bucket", await _finer(snapshot, term, dimension, stretch))
    if begin > stretch.begin and ask.from_:
        raise bad_parameter(
            "from", f"that is more authors than can be counted at once; the nearest allowed is {written(begin)}"
        )
    stretch = stretch._replace(begin=begin)
    read, found = read_of(stretch, head), list[dict[str, Any]]()
    if unit := _UNITS.get(stretch.bucket):
        names = {"authors": sql.Identifier(f"author_{unit}"), "unit": sql.Identifier(unit)}
        spans = {"begins": read.pop(f"{unit}_begins"), "ends": read.pop(f"{unit}_ends")}
        found = await snapshot.rows("query/term_authors_of_unit", names, term=term, **spans)
        read |= {f"{unit}_begins": [], f"{unit}_ends": []}
    found += await snapshot.rows("query/term_authors", terms=[term], bucket=stretch.bucket, **read)
    return points_of(found, stretch, head)


async def _readable_from(snapshot: Snapshot, term: int, dimension: int, stretch: Stretch) -> datetime:
    """From when on a stretch can be read to its end; its end where not even the last bucket can."""
    given = {"terms": [term], "dimension": dimension, "bucket": stretch.bucket}
    rows = await snapshot.rows("query/term_points", **given, **read_of(stretch, snapshot.head))
    return _affordable(points_of(rows, stretch, snapshot.head), stretch, snapshot.head)


def _affordable(posts: Sequence[Point], stretch: Stretch, head: Head) -> datetime:
    kept_to = {DAY: head.days_to, HOUR: head.hours_to, MINUTE: stretch.end}.get(stretch.bucket, stretch.begin)
    begin, left = stretch.end, POSTS_MAX
    for point in reversed(posts):
        left -= point.gained * (1 if point.time < kept_to else TELLING_APART)
        if left < 0:
            break
        begin = point.time
    return begin


async def _finer(snapshot: Snapshot, term: int, dimension: int, stretch: Stretch) -> str:
    """What to say where one bucket is too much."""
    for unit in _UNITS:
        begin = floor(min(stretch.end - unit, snapshot.head.watermark), unit)
        last = Stretch(begin, begin + unit, unit)
        if unit < stretch.bucket and await _readable_from(snapshot, term, dimension, last) == begin:
            allowed = f"the nearest allowed is {round(unit.total_seconds())}"
            return f"one of them has more authors than can be counted at once; {allowed}"
    return "even the shortest has more authors than can be counted at once"
