"""Pages of several things side by side: languages, accounts compared, accounts watched."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from web import accounts, answers, asking, boards, network
from web.database import Snapshot
from web.page import dids_of
from web.pages.chart import chart_of
from web.problem import Problem, bad_parameter
from web.wording import METRICS

WATCHED_MAX = 100
_COMPARED_MAX = 5
_WATCHED = ("likes_received", "followers", "reposts_received", "replies_received", "posts")
_Actors = Annotated[str, Meta(max_length=4000, description="DIDs or handles, with commas between them.")]


class Languages(asking.Ask, frozen=True, kw_only=True):
    """GET /languages."""

    window: asking.Window = "1d"


class Several(asking.Ask, frozen=True, kw_only=True):
    """GET /compare and /watch."""

    actors: _Actors | UnsetType = UNSET
    metric: asking.AccountMetric = "likes_received"
    window: asking.Window = "7d"


async def languages(snapshot: Snapshot, ask: Languages) -> dict[str, Any]:
    """Posts and authors by language."""
    page = await boards.terms(snapshot, "languages", asking.TopTerms(window=ask.window, limit=100))
    totals = await network.totals(snapshot, asking.OfWindow(window=ask.window))
    made = totals.totals["posts"].net + totals.totals["replies"].net
    return {"page": page, "made": made, "most": max((row.posts for row in page.rows), default=1)}


async def compare(snapshot: Snapshot, ask: Several) -> dict[str, Any]:
    """Up to five accounts by one metric."""
    given = _listed(ask)
    if len(given) > _COMPARED_MAX:
        raise bad_parameter("actors", f"{_COMPARED_MAX} accounts at most; /watch takes {WATCHED_MAX}")
    found, unknown = await _found(snapshot, given)
    charts = [
        chart_of(
            await accounts.series(snapshot, asking.AccountSeries(actor=each.did, metric=ask.metric)),
            f"/api/v1/accounts/{each.did}/series", METRICS[ask.metric],
        )
        for each in found
    ]  # fmt: skip
    return {"accounts": found, "unknown": unknown, "charts": charts, "dids": dids_of(found), "given": ", ".join(given)}


async def watch(snapshot: Snapshot, ask: Several) -> dict[str, Any]:
    """A list of accounts that is kept in the address."""
    given = _listed(ask)
    if len(given) > WATCHED_MAX:
        raise bad_parameter("actors", f"{WATCHED_MAX} accounts at most")
    found, unknown = await _found(snapshot, given)
    found.sort(key=lambda each: -each.totals[ask.window][ask.metric].net)
    return {
        "accounts": found, "unknown": unknown, "metrics": _WATCHED, "dids": dids_of(found), "given": ", ".join(given)
    }


def _listed(ask: Several) -> list[str]:
    """Names as somebody wrote them, each once."""
    words = (ask.actors or "").replace(",", " ").split()
    return list(dict.fromkeys(word.lstrip("@") for word in words))


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
