"""Asking for boards: the roller makes those of some windows at its next turn, all as of one fold.

Whoever looks at them meanwhile says when they are there. It makes and compares none.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

import psycopg

from collector.windows import Window
from sql import statement

_Seen = TypeVar("_Seen")
_POLL_S = 0.1
_ASK_AGAIN_S = 10.0
_ANSWER_S_MAX = 900.0
"""For so long a roller may take: one that has just begun reads the whole history."""


def when_made(
    connection: psycopg.Connection, windows: Iterable[Window], look: Callable[[], _Seen | None]
) -> _Seen | None:
    """What `look` sees once the boards of these windows are made; None where no roller runs, or it takes too long."""
    given = {"windows": [window.name for window in windows]}
    deadline, asked_at = time.monotonic() + _ANSWER_S_MAX, -math.inf
    while (seen := look()) is None and time.monotonic() < deadline:
        if time.monotonic() - asked_at > _ASK_AGAIN_S:
            row = connection.execute(statement("board/ask"), given).fetchone()
            if not (row and row[0]):
                return None
            asked_at = time.monotonic()
        time.sleep(_POLL_S)
    return seen
