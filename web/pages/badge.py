"""Badges: one number of an account as a small picture for somebody else's page."""

from __future__ import annotations

from typing import Any, Literal

from web import asking
from web.actors import find
from web.counts import points
from web.database import Snapshot
from web.experience import ARTICLE, experience_before, rules_of
from web.level import level_of
from web.metrics import OF_ACCOUNT
from web.series import EVER, as_given, whole
from web.windows import ALL, span_of
from web.wording import METRICS, OVER

_CHARACTER, _PADDING = 6.6, 12
_UNITS = ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k"))


class Badge(asking.Ask, frozen=True, kw_only=True):
    """GET /badge/{actor}/{metric}.svg."""

    actor: asking.Actor
    metric: asking.AccountMetric | Literal["level"]
    window: asking.LongWindow = "7d"


async def badge(snapshot: Snapshot, ask: Badge) -> dict[str, Any]:
    """Its values."""
    row = await find(snapshot, ask.actor)
    if ask.metric == "level":
        name, value = "level", f"{await _level(snapshot, row['id']):,}"
    else:
        read = as_given({"": whole(span_of(ask.window, snapshot.head), snapshot.head)})
        rows = await points(snapshot, "account", {"account": row["id"]}, OF_ACCOUNT[ask.metric], EVER, read)
        net = sum(each["gained"] - each["lost"] for each in rows)
        name, value = f"{METRICS[ask.metric].lower()}, {OVER[ask.window]}", shortly(net)
    left, right = (round(len(text) * _CHARACTER + _PADDING) for text in (name, value))
    return {"name": name, "value": value, "left": left, "right": right, "dids": [row["did"]]}


async def _level(snapshot: Snapshot, account: int) -> int:
    """As of now, whatever the window."""
    rules = await rules_of(snapshot, ARTICLE)
    return level_of(await experience_before(snapshot, account, rules, span_of(ALL, snapshot.head)[1]))


def shortly(value: int) -> str:
    """A number in a few characters."""
    for size, unit in _UNITS:
        if abs(value) >= 10 * size or (size == 1_000_000 and abs(value) >= size):
            return f"{value / size:.1f}{unit}"
    return f"{value:,}"
