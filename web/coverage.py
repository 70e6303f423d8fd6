"""Coverage: what upstream delivered of a stretch of time, and what every answer with numbers says of itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from web.answers import Gap
from web.database import Snapshot


async def said(snapshot: Snapshot, begin: datetime, end: datetime, as_of: datetime | None = None) -> dict[str, Any]:
    """`as_of`, `lag_seconds`, `coverage`, `gaps` of an answer about `begin` to before `end`.

    Time before the first event ever counted is not covered; of time that is still to come nothing is said.
    """
    head = snapshot.head
    [row] = await snapshot.rows("query/coverage", **{"from": begin, "to": max(begin, min(end, head.watermark))})
    known = as_of or head.as_of
    return {
        "as_of": known,
        "lag_seconds": None if known is None else max(0.0, round((head.now - known).total_seconds(), 3)),
        "coverage": round(row["coverage"] or 0.0, 6) if head.counting else 0.0,
        "gaps": [
            Gap(from_=datetime.fromisoformat(gap.pop("from")), to=datetime.fromisoformat(gap.pop("to")), **gap)
            for gap in row["gaps"]
        ],
    }
