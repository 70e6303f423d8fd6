"""The life of one record, (actor, collection, rkey): which of its creates its deletes have lost.

State follows rev, not arrival: a delete loses the latest create before it, unless another delete stands between them.
That is a function of the set of events, so the difference it makes that some more have come is exact in whatever
order they come. It knows rows and nothing of tallies or SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from collector.event import CREATE, DELETE
from collector.rows import Row

KNOWN_US = 7 * 86_400 * 1_000_000
"""A create is known to a delete for this long, in stream time; follows for ever."""


class Loss(NamedTuple):
    """The row `deleted` took back what `created` counted; sign -1: it did not after all."""

    created: Row
    deleted: Row
    sign: int


def losses(before: list[Row], new: list[Row], kept_for_ever: Callable[[int], bool]) -> Iterator[Loss]:
    """What changes when `new` rows of one record join those `before` them."""
    old = dict(_pairs(before, kept_for_ever))
    now = dict(_pairs([*before, *new], kept_for_ever))
    for pair, (created, deleted) in now.items():
        if pair not in old:
            yield Loss(created, deleted, 1)
    for pair, (created, deleted) in old.items():
        if pair not in now:
            yield Loss(created, deleted, -1)


def _pairs(
    rows: Iterable[Row], kept_for_ever: Callable[[int], bool]
) -> Iterator[tuple[tuple[int, int], tuple[Row, Row]]]:
    """Every (create, delete) by their revs."""
    live: Row | None = None
    for row in sorted(rows, key=_rev):
        if row.operation == CREATE:
            live = row
        elif row.operation == DELETE:
            if live is not None and (kept_for_ever(row.collection) or row.time_us - live.time_us <= KNOWN_US):
                yield (live.rev, row.rev), (live, row)
            live = None


def _rev(row: Row) -> int:
    return row.rev
