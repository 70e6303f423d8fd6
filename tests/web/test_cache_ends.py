"""How much the layers of the cache hold: no more than they may."""

from __future__ import annotations

import asyncio
import os

from tests.web.processes import ASKED, entry
from web.database import Database
from web.local import Local
from web.shared import InTable


def test_a_table_has_an_end_and_the_latest_entries_are_in_it(conninfo: str) -> None:
    megabyte = 1 << 20

    async def kept(*sizes: int) -> list[int]:
        """Which of the entries of these sizes are still there, after all have been put there one by one."""
        database = Database(conninfo, 2)
        await database.pool.open()
        layer = InTable(database.pool, 16 * megabyte)
        for number, size in enumerate(sizes):
            found = await layer.take(str(number), ASKED, lambda _: False)
            assert found.lease
            await layer.put(str(number), entry(os.urandom(size)), found)
        async with database.pool.connection() as connection:
            cursor = await connection.execute("select key::int from cache.entry order by 1")
            keys = [key for (key,) in await cursor.fetchall()]
        await database.pool.close()
        return keys

    small, large = 60_000, 70_000
    # as many as are 16 MiB, and no more than a sixteenth of that beside them
    found = asyncio.run(kept(*[small] * 400, large))
    least, most = 16 * megabyte // (small + 1_000), 17 * megabyte // small + 1
    assert least <= len(found) <= most
    assert found == list(range(400 - len(found), 400)), "the latest, and not what is too large for one"
    # a process that begins looks at once at what others have left
    assert 278 <= len(asyncio.run(kept(1000))) <= 281


def test_memory_has_an_end() -> None:
    local = Local(50_000)
    for number in range(100):
        local.put(str(number), entry(b"x" * 1000))
    assert local.bytes <= 50_000
    assert local.get("0") is None
    assert local.get("99") is not None
