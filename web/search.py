"""Search: accounts whose handle or display name begins like what was asked, and addresses that were pasted."""

from __future__ import annotations

import re
from typing import Any

from sql.spelling import DID
from web import answers, asking, coverage
from web.actors import canonical
from web.boards import POST
from web.database import Snapshot, literally

_AT = re.compile(rf"at://([^/\s]+)(?:/{re.escape(POST)}/([^/?#\s]+))?", re.IGNORECASE)
_BSKY = re.compile(r"https?://(?:[a-z0-9-]+\.)*bsky\.app/profile/([^/?#\s]+)(?:/post/([^/?#\s]+))?", re.IGNORECASE)
_is_did = re.compile(DID).fullmatch


async def search(snapshot: Snapshot, ask: asking.Search) -> answers.Searched:
    """GET /api/v1/search."""
    asked = ask.q.strip()
    pasted = _AT.match(asked) or _BSKY.match(asked)
    actor, rkey = pasted.groups() if pasted else (asked, None)
    rows = await _accounts(snapshot, canonical(actor), ask.limit, exact=bool(pasted))
    uri = f"at://{rows[0]['did']}/{POST}/{rkey}" if rows and rkey else None
    said = await coverage.said(snapshot, snapshot.head.first, snapshot.head.watermark)
    return answers.Searched(**said, accounts=[_row(row) for row in rows], post=uri)


def _row(row: dict[str, Any]) -> answers.SearchRow:
    stock = row["followers"]
    return answers.SearchRow(
        **{name: row[name] for name in ("did", "handle", "display_name", "avatar")},
        followers_count=None if stock is None else answers.Total(stock, row["followers_at"]),
    )


async def _accounts(snapshot: Snapshot, name: str, limit: int, *, exact: bool) -> list[dict[str, Any]]:
    if _is_did(name):
        return await _one(snapshot, id=snapshot.ids.account(name), handle=None)
    if exact:
        return await _one(snapshot, id=None, handle=name.lower())
    name = name.lower()
    return await snapshot.rows("query/search_names", name=name, pattern=f"{literally(name)}%", limit=limit)


async def _one(snapshot: Snapshot, **given: Any) -> list[dict[str, Any]]:
    return [row for row in await snapshot.rows("query/account", **given) if row["shown"]]
