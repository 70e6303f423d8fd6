"""Fields: what the names in answers mean, and in which unit. A name means the same wherever it stands.

It owns the words of the specification for fields whose type does not bring its own.
"""

from __future__ import annotations

from typing import Any

MEANINGS = {
    "accounts": "Who was found, best first.",
    "Active.accounts": "Different accounts, estimated.",
    "at": "As of when.",
    "authors": "Distinct accounts that made what was gained.",
    "avatar": "Address of the picture; null where it is not known.",
    "bucket": "Seconds of a point.",
    "collection": "NSID of the record's collection.",
    "created_at": "The time its record key says; null where it says none.",
    "cursor": "What to ask the next page with; null at the end.",
    "detail": "What is wrong, and what is allowed.",
    "Status.detail": "The trouble, in words; empty when there is none.",
    "did": "The account's DID.",
    "display_name": "As the account calls itself; null where it is not known.",
    "duplicates_total": "Events recognised as delivered again, ever.",
    "events": "Newest first.",
    "events_per_second": "Events a second, lately.",
    "events_total": "Events counted, ever.",
    "experience": "Points earned by the ruleset.",
    "followers_count": "How many there are, says the network's own app; null where it was not asked.",
    "from": "Where it begins, inclusive.",
    "gained": "Records that came.",
    "gaps": "What upstream did not deliver of the asked time.",
    "handle": "Verified; null where it is not known.",
    "interactions": "Newest first, or as asked.",
    "key": "The hashtag, link, domain, emoji or language itself.",
    "level": "From 1 on.",
    "last_seen": "Time of the latest event of the account; null before any.",
    "likes": "Received, net.",
    "lost": "Records that were taken back.",
    "metric": "What is counted.",
    "net": "gained - lost.",
    "network": "Which network is counted.",
    "operation": "create, update, delete, or event for what is no record.",
    "points": "In the order of time, one a bucket.",
    "post": "Its at:// address, where one was pasted; else null.",
    "posts": "Posts and replies with it, net.",
    "previous_rank": "One window earlier; null where it was not on that list.",
    "previous_value": "One window earlier; null where it was not on that list.",
    "progress_percentage": "Percent of the way to the next level, 0 to 100.",
    "quarantined_total": "Events that could not be counted, ever.",
    "quotes": "Received, net.",
    "rank": "1 is on top.",
    "reason": "Why there is a gap.",
    "replies": "Received, net.",
    "reposts": "Received, net.",
    "rkey": "The record's key.",
    "rows": "Best first.",
    "ruleset": "By which rules.",
    "selfcheck_at": "When what must add up was last checked; null before.",
    "series": "One an account, in the order asked.",
    "source": "The host.",
    "state": "What the collector is doing; stopped: nothing is heard of it; away: the database does not answer.",
    "status": "active, or why not.",
    "ProblemBody.status": "The HTTP status.",
    "time": "When it was, or begins.",
    "title": "What kind of problem, in words.",
    "to": "Where it ends, exclusive.",
    "type": "post, reply, like, repost, follow, profile, identity, account or other.",
    "ProblemBody.type": "What kind of problem: an address on the page of the API.",
    "tz": "The time zone that hours are of.",
    "uptime_seconds": "Since the collector was started.",
    "uri": "The post's at:// address.",
    "value": "What is ranked by, net.",
    "Total.value": "How many.",
    "watermark": "Everything delivered up to it is counted; null before anything is.",
    "window": "1h, 1d, 7d, 30d, or all.",
}
"""By field, or by type and field where a name has to mean something else."""


def explained(schemas: dict[str, Any]) -> dict[str, Any]:
    """The schemas, each of their fields with its meaning."""
    for name, schema in schemas.items():
        for field, own in schema.get("properties", {}).items():
            own.setdefault("description", MEANINGS.get(f"{name}.{field}") or MEANINGS.get(field, ""))
    return schemas
