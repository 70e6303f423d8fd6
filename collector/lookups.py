"""Lookups: statements that find what they need by index, whatever the planner makes of tables without statistics.

The newest days have none yet that would say how large they are. It does not know what is looked up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString

import psycopg

_SCANS: LiteralString = """
select
  set_config('enable_seqscan', %(scans)s, true),
  set_config('enable_hashjoin', %(scans)s, true),
  set_config('enable_mergejoin', %(scans)s, true),
  set_config('enable_bitmapscan', %(bitmaps)s, true)
"""


@contextmanager
def by_index(connection: psycopg.Connection, *, bitmaps: bool = True) -> Iterator[None]:
    """Within it no table is read from end to end, in a transaction; until that one ends if it fails. Without `bitmaps`
    one row is looked up at a time."""
    with connection.transaction():
        connection.execute(_SCANS, {"scans": "off", "bitmaps": "on" if bitmaps else "off"})
        yield
        connection.execute(_SCANS, {"scans": "on", "bitmaps": "on"})
