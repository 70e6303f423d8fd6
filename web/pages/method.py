"""How every number is made: the one page of words that has a computed table, for levels are easiest seen."""

from __future__ import annotations

from typing import Any

from web import asking
from web.database import Snapshot
from web.experience import ARTICLE, rules_of
from web.level import standing

_WORKED = (
    ("post", "Post", "writes its first post"),
    ("post_with_media", "Post with media", "posts a picture"),
    ("post_with_alt", "Post with media and alternative text", "posts one with alternative text"),
    ("like", "Like", "likes a post"),
    ("repost_of_text", "Repost of a post", "reposts one"),
    ("repost_of_media", "Repost of a post with media", "reposts a picture"),
    ("repost_of_alt", "Repost of a post with alternative text", "reposts one with alternative text"),
    ("repost_of_unknown", "Repost of an unknown post", "reposts something old"),
)


async def method(snapshot: Snapshot, _: asking.Nothing) -> dict[str, Any]:
    """Its values: the points of the article, and what an account comes to that does each once."""
    rules = await rules_of(snapshot, ARTICLE)
    total, worked = 0, list[dict[str, Any]]()
    for what, doing, step in _WORKED:
        points = rules.classes[what]
        total += points
        worked.append({"doing": doing, "points": points, "step": step, "total": total, "level": standing(total)})
    return {"worked": worked}
