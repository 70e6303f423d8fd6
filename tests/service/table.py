"""The rows for people."""

from __future__ import annotations

from collections.abc import Iterable

from tests.service.rows import Row

_HEAD = (
    f"{'struck':26} {'counting':>8} {'recovered':>9}  {'events':>9} {'lost':>5} {'twice':>5} {'diff':>5}  "
    f"{'answers':>7} {'errors':>6} {'again':>5} {'slowest':>7} {'oldest':>7}"
)
_WORDS = """\
counting, recovered: seconds from the strike (disks, clock, upstream: since all is well again) to the first
new event that was counted, and until the watermark was no further behind than before. again: cut off without an answer,
and asked once more. slowest, oldest: seconds that an answer took, and by which the moment it speaks of was past."""


def table(rows: Iterable[Row]) -> str:
    """A line for each row, what the columns are, then what failed."""
    every = list(rows)
    lines = [_HEAD, *map(line, every), "", _WORDS]
    return "\n".join([*lines, *[f"\n{row.name}: {row.trouble}" for row in every if row.failed]])


def line(row: Row) -> str:
    """One row in one line."""
    if row.skipped:
        return f"{row.name:26} skipped: {row.trouble}"
    return (
        f"{row.name:26} {_seconds(row.counted_s):>8} {_seconds(row.recovered_s):>9}  {row.events:9,} {row.lost:5} "
        f"{row.duplicated:5} {row.diff:5}  {row.answers:7,} {row.errors:6} {row.asked_again:5} {row.slowest_s:7.2f} "
        f"{row.oldest_s:7.1f}{'  FAILED' if row.failed else ''}{f'  {row.notes}' if row.notes else ''}"
    )


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
