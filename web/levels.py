"""Levels of accounts: where one stands by a ruleset."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from web import answers, asking, coverage
from web.actors import find
from web.database import Snapshot
from web.experience import Rules, experience_before, rules_of
from web.level import level_of, standing
from web.spans import MINUTE, floor
from web.timeline import last
from web.windows import ALL, span_of

_BUCKET = timedelta(hours=1)
"""When something was done last is known by the hour, or by the minute, of all that is logged."""


async def level(snapshot: Snapshot, ask: asking.AccountLevel) -> answers.LevelAnswer:
    """GET /api/v1/accounts/{actor}/level."""
    row = await find(snapshot, ask.actor)
    rules = await rules_of(snapshot, ask.ruleset)
    begin, end = span_of(ALL, snapshot.head)
    [seen] = await snapshot.rows("query/account_seen", account=row["id"])
    experience = await experience_before(snapshot, row["id"], rules, end)
    return answers.LevelAnswer(
        **await coverage.said(snapshot, begin, end), did=row["did"],
        **await level_fields(snapshot, row["id"], rules, experience, seen["last"]),
    )  # fmt: skip


async def level_fields(
    snapshot: Snapshot, account: int, rules: Rules, experience: int, last_seen: Any
) -> dict[str, Any]:
    """The fields of a level. `last_seen` is when the bucket begins in which the account did something last, if ever."""
    found = standing(experience)
    return {
        "ruleset": rules.name,
        "version": rules.version,
        "level": found.level,
        "experience": experience,
        "experience_to_next_level": found.next_at,
        "remaining": found.remaining,
        "progress_percentage": found.progress_percentage,
        "levels_gained": await _gained(snapshot, account, rules, experience, last_seen),
    }


async def _gained(snapshot: Snapshot, account: int, rules: Rules, experience: int, last_seen: Any) -> int:
    """Levels gained by the last event that is counted; 0 where that is not logged any more."""
    if last_seen is None:
        return 0
    end = min(last_seen + _BUCKET, floor(snapshot.head.watermark, MINUTE) + MINUTE)
    line = await last(snapshot, account, rules, last_seen, end)
    earned = line.row["experience"] if line else 0
    return max(0, level_of(experience) - level_of(max(0, experience - earned)))
