"""The search as a page: names that begin so; a pasted address and a whole handle lead to their page at once."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, UnsetType

from web import asking, search
from web.actors import canonical, unknown_yet
from web.database import Snapshot
from web.page import dids_of
from web.pages.account import home_of

ROWS = 50


class Find(asking.Ask, frozen=True, kw_only=True):
    """GET /search."""

    q: asking.Text | UnsetType = UNSET


async def find(snapshot: Snapshot, ask: Find) -> dict[str, Any]:
    """What was found. Raises Problem for a whole handle that nobody has: it is worth asking about."""
    if not ask.q:
        return {"rows": [], "post": None, "home_of": home_of, "lead": None}
    found = await search.search(snapshot, asking.Search(q=ask.q, limit=ROWS))
    name = canonical(ask.q.strip())
    if not found.accounts and asking.is_handle(name):
        raise unknown_yet(snapshot, name)
    exact = [row for row in found.accounts if name in (row.did, (row.handle or "").lower())]
    post = found.post and f"/post/{found.post.removeprefix('at://').replace('/app.bsky.feed.post/', '/')}"
    pasted = ask.q.strip().startswith(("http", "at://"))
    lead = post or (home_of(found.accounts[0].did, found.accounts[0].handle) if pasted and found.accounts else None)
    lead = lead or (home_of(exact[0].did, exact[0].handle) if len(exact) == 1 else None)
    return {"rows": found.accounts, "post": post, "home_of": home_of, "lead": lead, "dids": dids_of(found.accounts)}
