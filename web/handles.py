"""Handles that readers asked for and nobody here knows: noted for the resolver, a few at a time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from sql import statement

_WAITING_MAX = 1000
"""Handles that wait at once: a flood of made-up ones costs the AppView at most so many questions."""


class AskedHandles:
    """The list in the database."""

    def __init__(self, pool: AsyncConnectionPool[Any]) -> None:
        self._pool = pool

    async def note(self, handles: Iterable[str]) -> None:
        """Have them looked up. A database that is away has other worries."""
        given = {"handles": list(handles), "most": _WAITING_MAX}
        try:
            async with self._pool.connection(timeout=1.0) as connection, connection.transaction():
                await connection.execute("set transaction read write")
                await connection.execute(statement("cache/ask_handles"), given)
        except (psycopg.Error, PoolTimeout, OSError):
            return
