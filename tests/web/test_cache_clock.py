"""The cache while the clock is set: ahead, and right again."""

from __future__ import annotations

import asyncio
import time

import msgspec
import pytest

from tests.web.processes import Maker, Processes, Run, entry
from web import shared as shared_module
from web.entry import Entry


def test_when_the_clock_is_set_ahead_nobody_waits_for_a_lease_that_nobody_has(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test(processes: Processes) -> None:
        make = Maker(lambda n: entry(b"%d" % n))
        await processes.get(0, make)
        right = time.time
        monkeypatch.setattr(time, "time", lambda: right() + 3600)
        async with asyncio.timeout(shared_module.LEASE_S - 1):
            served = await asyncio.gather(*[processes.get(process, make) for process in (0, 1)])
        monkeypatch.setattr(time, "time", right)
        assert b"1" not in {each.entry.bodies[""] for each in served}
        assert make.made == (2 if processes.layers else 3)

    run(test)


def test_what_was_made_while_the_clock_was_ahead_is_made_anew_once_it_is_right(run: Run) -> None:
    def made(number: int) -> Entry:
        right = entry(b"%d" % number)
        ahead_s = 3600.0 if number == 1 else 0.0
        return msgspec.structs.replace(
            right, made_at=right.made_at + ahead_s, fresh_until=right.fresh_until + ahead_s,
            stale_until=right.stale_until + ahead_s,
        )  # fmt: skip

    async def test(processes: Processes) -> None:
        make = Maker(made)
        await processes.get(0, make)
        for process in (0, 1):
            served = await processes.get(process, make)
            assert served.entry.bodies[""] != b"1"
        assert make.made <= 3  # where nothing is shared, each process makes its own

    run(test)
