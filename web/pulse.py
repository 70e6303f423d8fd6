"""The pulse: once a second, what a web process holds goes into its vitals, and that its loop turns."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from psycopg_pool import AsyncConnectionPool

from web.limits import Work
from web.local import Local
from web.vitals import WebVitals

INTERVAL_S = 1.0


async def beat(vitals: WebVitals, local: Local, work: Work, pool: AsyncConnectionPool[Any]) -> None:
    """Note it again and again, until cancelled."""
    while True:
        held = pool.get_stats()
        vitals.set("alive_at", time.monotonic())
        vitals.set("cached_entries", len(local))
        vitals.set("cached_bytes", local.bytes)
        vitals.set("making", work.under_way)
        vitals.set("connections", held.get("pool_size", 0))
        vitals.set("connections_waited_for", held.get("requests_waiting", 0))
        await asyncio.sleep(INTERVAL_S)
