"""Pages of several things side by side: languages, accounts compared, accounts watched."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from web import accounts, answers, asking, boards, network
from web.database import Snapshot
from web.page import dids_of
from web.pages.chart import Chart, address, chart_of, line_of
from web.pages.period import Picked, period_of
from web.pages.picker import Addresses, picker_of
from web.problem import Problem, bad_parameter
from web.wording import METRICS

WATCHED_MAX = 100
_COMPARED_MAX = 5
_WATCHED = ("likes_received", "followers", "reposts_received", "replies_received", "posts")
_KINDS = ("one", "two", "three", "four", "five")
"""What lines of a chart look like, side by side."""
_Actors = Annotated[str, Meta(max_length=4000, description="DIDs or handles, with commas between them.")]


class Languages(asking.Ask, frozen=True, kw_only=True):
    """GET /languages."""

    window: asking.Window = "1d"


class Compared(Picked, frozen=True, kw_only=True):
    """GET /compare."""

    actors: _Actors | UnsetType = UNSET
    metric: asking.AccountMetric = "likes_received"


class Watched(asking.Ask, frozen=True, kw_only=True):
    """GET /watch."""

    actors: _Actors | UnsetType = UNSET
    metric: asking.AccountMetric = "likes_received"
    window: asking.Window = "7d"


async def languages(snapshot: Snapshot, ask: Languages) -> dict[str, Any]:
    """Posts and authors by language."""
    page = await boards.terms(snapshot, "languages", asking.TopTerms(window=ask.window, limit=100))
    totals = await network.totals(snapshot, asking.OfWindow(window=ask.window))
    made = totals.totals["posts"].net + totals.totals["replies"].net
    return {"page": page, "made": made, "most": max((row.posts for row in page.rows), default=1)}


async def compare(snapshot: Snapshot, ask: Compared) -> dict[str, Any]:
    """Up to five accounts by one metric."""
    given = _listed(ask.actors or "")
    if len(given) > _COMPARED_MAX:
        raise bad_parameter("actors", f"{_COMPARED_MAX} accounts at most; /watch takes {WATCHED_MAX}")
    found, unknown = await _found(snapshot, given)
    said = {
        "accounts": found, "unknown": unknown, "dids": dids_of(found), "given": _named(found, unknown),
        "kinds": _KINDS,
    }  # fmt: skip
    if not found:
        return {**said, "chart": None, "picker": None}
    chart = await _chart(snapshot, ask, found)
    return {**said, "chart": chart, "picker": picker_of(ask, chart, snapshot.head, Addresses("/compare", ask))}


async def _chart(snapshot: Snapshot, ask: Compared, found: list[answers.Account]) -> Chart:
    """A line for each."""
    period = period_of(ask, snapshot.head)
    lines = []
    for kind, each in zip(_KINDS, found, strict=False):
        asked = asking.AccountSeries(actor=each.did, metric=ask.metric, **period.asked)
        name = each.display_name or each.handle or each.did
        series = await accounts.series(snapshot, asked)
        lines.append(line_of(series, f"/api/v1/accounts/{each.did}/series", name, kind))
    source = address("/api/v1/compare", lines[0].series, actors=",".join(dids_of(found)))
    return chart_of(METRICS[ask.metric], source, lines, period, snapshot.head.first)


async def watch(snapshot: Snapshot, ask: Watched) -> dict[str, Any]:
    """A list of accounts that is kept in the address."""
    given = _listed(ask.actors or "")
    if len(given) > WATCHED_MAX:
        raise bad_parameter("actors", f"{WATCHED_MAX} accounts at most")
    found, unknown = await _found(snapshot, given)
    found.sort(key=lambda each: -each.totals[ask.window][ask.metric].net)
    return {
        "accounts": found, "unknown": unknown, "metrics": _WATCHED, "dids": dids_of(found),
        "given": _named(found, unknown),
    }  # fmt: skip


def _listed(actors: str) -> list[str]:
    """Names as somebody wrote them, each once."""
    words = actors.replace(",", " ").split()
    return list(dict.fromkeys(word.lstrip("@") for word in words))


def _named(found: list[answers.Account], unknown: list[str]) -> str:
    """The same names as people read them, to be changed in a form."""
    return ", ".join([*(each.handle or each.did for each in found), *unknown])


async def _found(snapshot: Snapshot, given: list[str]) -> tuple[list[answers.Account], list[str]]:
    """The accounts of these names, and the names that are nobody's who is shown."""
    found, unknown = [], []
    for name in given:
        try:
            actor = name if name.startswith("did:") else name.lower()
            found.append(await accounts.account(snapshot, asking.OneAccount(actor=actor)))
        except Problem:
            unknown.append(name)
    return found, unknown
