"""Where a first run begins: `oldest`, `live`, a duration back or a time, as a cursor that is a time."""

from __future__ import annotations

from datetime import UTC, datetime

from collector.batch import Position
from collector.checkpoint import unix_us
from collector.cursors import OLDEST_CURSOR
from collector.errors import BadSetting

_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def first_cursor(since: str, now_us: int) -> Position:
    """The position to ask for when there is no checkpoint. Raises BadSetting for what is no time."""
    if since == "oldest":
        cursor = OLDEST_CURSOR
    elif since == "live":
        cursor = now_us
    elif since[-1] in _UNIT_S and since[:-1].isdigit():
        cursor = now_us - int(since[:-1]) * _UNIT_S[since[-1]] * 1_000_000
    else:
        try:
            time = datetime.fromisoformat(since)
        except ValueError:
            raise BadSetting(f"since {since!r} is no time: use oldest, live, 90m, 24h or an RFC 3339 time.") from None
        cursor = unix_us(time if time.tzinfo else time.replace(tzinfo=UTC))
    cursor = max(cursor, OLDEST_CURSOR)
    return Position(cursor, cursor)
