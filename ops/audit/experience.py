"""Experience, once more from the recount: what every account has earned by every ruleset.

It owns what is worth what, class by class, as a ruleset says it. It does not know how the database adds it up.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ops.audit.purged import Purged
from ops.audit.recount import Recount
from ops.audit.report import Report

POSTS = ("posts", "replies")
SHOWN = {"posts_with_media": "post_with_media", "posts_with_alt": "post_with_alt"}
KINDS = {
    "reposts_of_text": "repost_of_text", "reposts_of_media": "repost_of_media", "reposts_of_alt": "repost_of_alt",
}  # fmt: skip


class Rules(NamedTuple):
    """A ruleset."""

    name: str
    points: Mapping[str, int]
    """By class."""
    returns: bool
    """Whether a delete takes back what was earned."""


def classes(counts: Mapping[str, int]) -> dict[str, int]:
    """How much of each class there is in counts by metric: what is of none is a post that shows nothing, or a repost of
    what nobody knows."""
    found = {what: counts.get(metric, 0) for metric, what in {**SHOWN, **KINDS}.items()}
    posts, reposts = sum(counts.get(metric, 0) for metric in POSTS), counts.get("reposts", 0)
    return {
        **found,
        "like": counts.get("likes", 0),
        "post": posts - sum(found[what] for what in SHOWN.values()),
        "repost_of_unknown": reposts - sum(found[what] for what in KINDS.values()),
    }


def earned_between(total: Recount, rules: Rules, first_us: int, last_us: int) -> Counter[str]:
    """By account, in these minutes; those that earned anything."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for (minute, account, metric), n in total.accounts.gained.items():
        if first_us <= minute <= last_us:  # type: ignore[operator]
            counts[str(account)][str(metric)] += n
    for (minute, account, metric), n in total.accounts.lost.items() if rules.returns else ():
        if first_us <= minute <= last_us:  # type: ignore[operator]
            counts[str(account)][str(metric)] -= n
    found: Counter[str] = Counter()
    for account, of_account in counts.items():
        points = sum(rules.points[what] * n for what, n in classes(of_account).items())
        if points > 0:
            found[account] = points
    return found


def compare(
    total: Recount, rulesets: Iterable[Rules], found: Iterable[tuple[str, str, int]], gone: Purged, report: Report
) -> None:
    """Each account has earned what it must, by each ruleset; but those of which not everything is known."""
    unsure = {*gone.before_us, *(account for _, account in total.unsure)}
    stands: dict[str, dict[str, int]] = defaultdict(dict)
    for ruleset, account, experience in found:
        stands[ruleset][account] = experience
    for rules in rulesets:
        must = earned_between(total, rules, 0, 1 << 62)
        for account in must.keys() | stands[rules.name].keys():
            there = stands[rules.name].get(account, 0)
            if must[account] != there and account not in unsure:
                report.differs("experience", (rules.name, account), must[account], there)
        report.compared[f"experiences by {rules.name}"] = len(must)
