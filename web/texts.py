"""Texts: what posts say, of those whose text is kept.

It does not know whether a post may be shown: whoever asks does.
"""

from __future__ import annotations

from collections.abc import Sequence

from web.database import Snapshot


async def texts(snapshot: Snapshot, posts: Sequence[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """Texts by account and record key."""
    given = {"accounts": [account for account, _ in posts], "rkeys": [rkey for _, rkey in posts]}
    rows = await snapshot.rows("query/post_texts", **given)
    return {(row["account"], row["rkey"]): row["text"] for row in rows}
