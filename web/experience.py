"""Experience: what an account has earned by a ruleset, added up from what the rollups count by class.

Nothing of it is kept: the days of an account are few, and a ruleset that is new or has changed is right at once. It
does not know levels, nor the event log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from web.counts import points
from web.database import Snapshot
from web.problem import bad_parameter
from web.series import EVER, as_given, summed_of
from web.spans import DAY, floor, spans

ARTICLE = "article"
"""The ruleset of whoever names none; boards rank by it."""
COUNTED = (
    "posts", "replies", "posts_with_media", "posts_with_alt",
    "likes", "reposts", "reposts_of_text", "reposts_of_media", "reposts_of_alt",
)  # fmt: skip
"""The metrics that experience is made of."""


class Rules(NamedTuple):
    """A ruleset as it stands now."""

    name: str
    version: int
    worth: Mapping[str, int]
    """By metric: of what has a class of its own, what that is worth more."""
    keeps: bool
    """Whether a delete leaves what was earned."""
    classes: Mapping[str, int]
    """By what was done, as a ruleset says it."""
    post_before: int
    """Of each post from before the account was counted here."""

    def earned(self, rows: Iterable[Mapping[str, Any]]) -> int:
        """What was earned with these amounts by metric; never below 0."""
        total = 0
        for row in rows:
            total += self.worth.get(row["metric"], 0) * (row["gained"] - (0 if self.keeps else row["lost"]))
        return max(total, 0)


async def rules_of(snapshot: Snapshot, name: str) -> Rules:
    """The ruleset of this name. Raises Problem where there is none."""
    [row] = await snapshot.rows("query/ruleset", name=name)
    if row["name"] is None:
        raise bad_parameter("ruleset", f"there is none of this name; there are: {', '.join(row['names'])}")
    points_of = {what: row[what] for what in row if what.partition("_")[0] in ("post", "like", "repost")}
    post_before = points_of.pop("post_before")
    return Rules(row["name"], row["version"], row["worth"], row["keeps"], points_of, post_before)


async def experience_before(snapshot: Snapshot, account: int, rules: Rules, end: datetime) -> int:
    """What an account had earned before a time, the beginning of a bucket that is kept; with what it came with."""
    head = snapshot.head
    read = as_given({"": spans(floor(head.first, DAY), end, DAY, summed_of(head))})
    earned = rules.earned(await points(snapshot, "account", {"account": account}, COUNTED, EVER, read))
    return earned + (await _granted(snapshot, account, rules) if rules.post_before else 0)


async def _granted(snapshot: Snapshot, account: int, rules: Rules) -> int:
    rows = await snapshot.rows("query/posts_before", account=account)
    return sum(int(row["posts_before"]) for row in rows) * rules.post_before
