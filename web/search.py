"""Search: accounts whose handle or display name begins like what was asked, and addresses that were pasted."""

from __future__ import annotations

import re
from typing import Any

from web import answers, asking
from web.actors import canonical
from web.boards import POST
from web.database import Snapshot, literally

_AT = re.compile(rf"at://([^/\s]+)(?:/{re.escape(POST)}/([^/?#\s]+))?", re.IGNORECASE)
_BSKY = re.compile(r"https?://(?:[a-z0-9-]+\.)*bsky\.app/profile/([^/?#\s]+)(?:/post/([^/?#\s]+))?", re.IGNORECASE)
_DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]+")


async def search(snapshot: Snapshot, ask: asking.Search) -> answers.Searched:
    """GET /api/v1/search."""
    asked = ask.q.strip()
    pasted = _AT.match(asked) or _BSKY.match(asked)
    actor, rkey = pasted.groups() if pasted else (asked, None)
    rows = await _accounts(snapshot, canonical(actor), ask.limit, exact=bool(pasted))
    uri = f"at://{rows[0]['did']}/{POST}/{rkey}" if rows and rkey else None
    return answers.Searched(accounts=[answers.SearchRow(**row) for row in rows], post=uri)


async def _accounts(snapshot: Snapshot, name: str, limit: int, *, exact: bool) -> list[dict[str, Any]]:
    if _DID.fullmatch(name):
        return await _one(snapshot, id=snapshot.ids.account(name), handle=None)
    if exact:
        return await _one(snapshot, id=None, handle=name.lower())
    return await snapshot.rows("query/search_names", pattern=f"{literally(name.lower())}%", limit=limit)


async def _one(snapshot: Snapshot, **given: Any) -> list[dict[str, Any]]:
    rows = await snapshot.rows("query/account", **given)
    kept = ("did", "handle", "display_name", "avatar")
    return [{**{k: row[k] for k in kept}, "followers_count": row["followers"]} for row in rows if row["shown"]]
