"""What a terminal shows of counts and levels: lines, a table that is drawn anew, bars. It asks nothing."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC

from ops.counts import Counts
from ops.levels import Levels, LevelUp
from web.watching import Watch

_BARS = "▁▂▃▄▅▆▇█"
_NAME_MAX = 32
_SAID = {
    "language": "{key} has posted {times}",
    "hashtag": "#{key} has been posted {times}",
    "domain": "{key} has been linked {times}",
    "collection": "{key} has been {operation}d {times}",
    "operation": "{key} has happened {times}",
}
_TAKEN_BACK = {
    "language": "{key} has taken back {posts}",
    "hashtag": "#{key} has been taken back {times}",
    "domain": "{key} has been taken back {times}",
}


def sparkline(values: Sequence[float]) -> str:
    """Bars from 0 to the largest."""
    most = max(values, default=0) or 1
    return "".join(_BARS[round(max(value, 0) / most * (len(_BARS) - 1))] for value in values)


def line(watch: Watch, key: str, n: int) -> str:
    """How many of a key there have been."""
    said = _SAID["operation" if watch.operation == "event" else watch.by]
    if watch.operation == "delete":
        said = _TAKEN_BACK.get(watch.by, said)
    told = said.format(key=key, operation=watch.operation, times=_some(n, "time"), posts=_some(n, "post"))
    return f"{told} since startup"


def _some(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def table(counts: Counts, columns: int, rows: int) -> list[str]:
    """The lines of a screen of this size, the most first."""
    seconds = round(time.monotonic() - counts.begun)
    head = [
        f"{counts.total.total():,} by {counts.watch.by} in {seconds:,} s   {counts.rate():,.1f}/s",
        sparkline(counts.line()),
        "",
    ]
    found = counts.total.most_common(max(rows - len(head) - 2, 0))
    width = min(_NAME_MAX, max((len(key) for key, _ in found), default=0))
    body = [
        f"{key[:width]:<{width}} {n:>12,} {counts.rate(key):>9,.1f}/s  {sparkline(counts.line(key))}"
        for key, n in found
    ]
    return [text[: columns - 1] for text in [*head, *(body or ["Nothing has come yet."])][: rows - 1]]


def levels_table(levels: Levels, columns: int, rows: int) -> list[str]:
    """The lines of a screen of this size, the latest level-ups first."""
    head = [
        rate_line(levels),
        sparkline(list(levels.rates)),
        "   ".join(f"{name.rpartition('.')[2]} {n:,}" for name, n in levels.created.items()),
        "",
    ]
    latest = [line_of(each) for each in reversed(levels.log)] or ["Nobody has reached a level yet."]
    return [text[: columns - 1] for text in [*head, *latest][: rows - 1]]


def rate_line(levels: Levels) -> str:
    """As of when, and how many events a second come."""
    rate = f"{levels.rates[-1]:,.0f} events/s" if levels.rates else "waiting"
    at = f"{levels.watermark.astimezone(UTC):%H:%M:%S}Z" if levels.watermark else "nothing counted yet"
    return f"{at}  {rate}"


def line_of(up: LevelUp) -> str:
    """A level-up in a line."""
    return f"{up.minute.astimezone(UTC):%H:%M}Z  level {up.before:,} -> {up.after:,}  {up.name}  ({up.experience:,})"
