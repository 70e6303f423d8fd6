"""Windows: the stretch of time that each stands for, as of a watermark (DESIGN.md, the meaning of the numbers)."""

from __future__ import annotations

from datetime import datetime, timedelta

from web.database import Head
from web.spans import DAY, HOUR, MINUTE, Span, floor

LENGTH = {
    "1h": timedelta(hours=1),
    "1d": timedelta(days=1),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
}
STEP = {"1h": MINUTE, "1d": MINUTE, "7d": HOUR, "30d": HOUR, "90d": DAY}
"""A window ends with the step that the watermark is in."""
ALL = "all"


def span_of(window: str, head: Head) -> Span:
    """From when to before when a window is."""
    if window == ALL:
        return floor(head.first, DAY), floor(head.watermark, MINUTE) + MINUTE
    end = floor(head.watermark, STEP[window]) + STEP[window]
    return end - LENGTH[window], end


def complete_since(begin: datetime, head: Head) -> datetime | None:
    """When counting began, as long as that is within the window."""
    return head.first if head.first > begin else None
