"""Counts since a time: what rollups hold from a bucket's beginning on, and what is not folded yet, as of one place.

It owns how far back that goes and which bucket a time is in; it knows no HTTP.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from web import coverage
from web.database import Head, Snapshot
from web.metrics import DIMENSIONS
from web.place import Place, place_of
from web.problem import bad_parameter
from web.series import as_given
from web.spans import DAY, HOUR, MINUTE, Summed, floor, spans, written
from web.watching import Counts, Watch, counts_of

_MANY = ("hashtag", "domain")
_MANY_BACK = timedelta(hours=1)
"""Of these there are a hundred thousand an hour, and they are sent whole."""
_FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)


class Since(NamedTuple):
    """What was counted."""

    begin: datetime
    id: str
    place: Place
    counts: Counts
    said: dict[str, Any]
    """How much of that time upstream has delivered."""


async def counts_since(snapshot: Snapshot, watch: Watch, since: datetime) -> Since:
    """The counts of this way to look at them. Raises Problem where they do not go back so far."""
    head = snapshot.head
    begin = floor(since.astimezone(UTC), _bucket(since, head))
    _refuse(watch, begin, head)
    summed = Summed(head.hours_to, head.days_to, _FOR_EVER)
    given: dict[str, Any] = {
        **as_given({"": spans(begin, _FOR_EVER, DAY, summed)}), "begin": begin, "of": watch.by,
        "dimension": DIMENSIONS.get(f"{watch.by}s"),
    }  # fmt: skip
    [row] = await snapshot.rows("query/counts_since", **given)
    place = place_of(row["place"])
    assert place is not None
    counts = counts_of(row["counts"])
    if watch.by == "operation":
        counts = {("collection", operation): found for (_, operation), found in counts.items()}
    told = await coverage.said(snapshot, begin, max(begin, head.watermark))
    said = {"since": begin, "coverage": told["coverage"], "gaps": told["gaps"]}
    return Since(begin, row["place"], place, counts, said)


def _bucket(since: datetime, head: Head) -> timedelta:
    """The finest that is kept of that time."""
    if since >= head.minutes_from:
        return MINUTE
    return HOUR if since >= head.hours_from else DAY


def _refuse(watch: Watch, begin: datetime, head: Head) -> None:
    if begin > head.now:
        raise bad_parameter("since", "has to be a time that has come")
    earliest = floor(head.watermark, MINUTE) - _MANY_BACK
    if watch.by in _MANY and begin < earliest:
        raise bad_parameter("since", f"goes back an hour by {watch.by}: the earliest is {written(earliest)}")
