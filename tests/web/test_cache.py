"""The cache over real layers: what two processes that share one serve, and how often anything is made."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.web.processes import ASKED, Maker, Processes, Run, entry
from web import cache as cache_module
from web import shared as shared_module
from web.database import Database
from web.entry import Entry, mark_of, packed, unpacked
from web.problem import Problem, Unavailable
from web.shared import InTable


def test_what_is_not_there_is_made_once_while_others_wait(run: Run) -> None:
    async def test(processes: Processes) -> None:
        make = Maker(lambda n: entry(b"%d" % n), takes_s=0.3)
        served = await asyncio.gather(*[processes.get(n % 2, make) for n in range(1000)])
        shared = bool(processes.layers)
        assert make.made == (1 if shared else 2)
        assert {s.entry.bodies[""] for s in served} == ({b"1"} if shared else {b"1", b"2"})

    run(test)


def test_what_is_fresh_is_served_and_nothing_is_made(run: Run) -> None:
    async def test(processes: Processes) -> None:
        make = Maker(lambda n: entry(b"%d" % n))
        first = await processes.get(0, make)
        again = await processes.get(0, make)
        assert (first.hit, again.hit, again.entry, make.made) == (False, True, first.entry, 1)

    run(test)


def test_what_is_stale_is_served_at_once_and_made_anew_once_behind_it(run: Run) -> None:
    async def test(processes: Processes) -> None:
        first = 1 if processes.layers else 2
        old, new = ({b"%d" % n for n in range(begin, begin + first)} for begin in (1, 1 + first))
        make = Maker(lambda n: entry(b"%d" % n, fresh_s=-0.1 if n <= first else 60, stale_s=60), at_once=first)
        await processes.get(0, make)
        await processes.get(1, make)
        served = [await processes.get(n % 2, make) for n in range(50)]  # while nothing new is to be had
        assert ({s.entry.bodies[""] for s in served}, {s.hit for s in served}) == (old, {True})
        make.let.set()
        while {(await processes.get(n, make)).entry.bodies[""] for n in (0, 1)} != new:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        assert make.made == 2 * first

    run(test)


def test_a_process_that_dies_while_it_makes_something_is_replaced(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (cache_module, shared_module):
        monkeypatch.setattr(module, "LEASE_S", 1)

    async def test(processes: Processes) -> None:
        dying = asyncio.create_task(processes.get(0, dies := Maker(lambda _: entry(), takes_s=600)))
        await dies.begun.wait()
        make = Maker(lambda n: entry(b"%d" % n))
        assert (await processes.get(1, make)).entry.bodies[""] == b"1"
        dying.cancel()

    run(test)


def test_who_has_died_over_an_entry_is_replaced_by_one_process_alone(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (cache_module, shared_module):
        monkeypatch.setattr(module, "LEASE_S", 3)

    async def test(processes: Processes) -> None:
        if not processes.layers:
            return
        processes = Processes(processes.layers, 5)
        await processes.get(0, Maker(lambda _: entry(fresh_s=0.1, stale_s=0.0)))
        await asyncio.sleep(1.1)
        dying = asyncio.create_task(processes.get(0, dies := Maker(lambda _: entry(), takes_s=600)))
        await dies.begun.wait()
        make = Maker(lambda n: entry(b"%d" % n), takes_s=0.5)
        served = await asyncio.gather(*[processes.get(n, make) for n in range(1, 5)])
        assert (make.made, {each.entry.bodies[""] for each in served}) == (1, {b"1"})
        dying.cancel()

    run(test)


@pytest.mark.parametrize("old", [None, entry(fresh_s=-1, stale_s=3600)], ids=["nothing there", "an old one"])
def test_who_has_looked_before_another_was_stored_has_no_right_to_make_it_again(
    conninfo: str, patient: None, old: Entry | None
) -> None:
    async def test(table: InTable, slow: InTable) -> None:
        async def make() -> None:  # with a right that was there to be had
            await table.put("key", entry(b"new"), await table.take("key", ASKED, lambda _: False))

        if old is not None:
            await table.put("key", old, await table.take("key", ASKED, lambda _: False))
        before_the_lease(slow, make)
        found = await slow.take("key", ASKED, lambda _: False)
        assert (found.lease, found.entry and found.entry.bodies) == (False, old and old.bodies)
        again = await table.take("key", ASKED, lambda _: False)
        assert (again.lease, again.entry and again.entry.bodies[""]) == (False, b"new")

    def before_the_lease(slow: InTable, make: Callable[[], Awaitable[None]]) -> None:
        run = slow._run

        async def run_late(name: str, **given: Any) -> list[Any]:
            if name == "cache/lease":
                await make()
            return await run(name, **given)

        slow._run = run_late  # type: ignore[method-assign]

    async def both() -> None:
        database = Database(conninfo, 4)
        await database.pool.open()
        await test(InTable(database.pool, 64 << 20), InTable(database.pool, 64 << 20))
        await database.pool.close()

    asyncio.run(asyncio.wait_for(both(), 60))


def test_what_takes_too_long_is_given_up_and_may_be_tried_by_others(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "MAKE_S", 0.2)

    async def test(processes: Processes) -> None:
        with pytest.raises(Unavailable, match="longer than it may"):
            await processes.get(0, Maker(lambda _: entry(), takes_s=600))
        assert not (await processes.get(1, Maker(lambda _: entry()))).hit

    run(test)


def test_what_is_being_made_when_a_process_ends_is_made_by_others_at_once(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    async def test(processes: Processes) -> None:
        leaving = asyncio.create_task(processes.get(0, leaves := Maker(lambda _: entry(), takes_s=600)))
        await leaves.begun.wait()
        await processes.caches[0].close()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        async with asyncio.timeout(shared_module.LEASE_S - 1):
            assert not (await processes.get(1, Maker(lambda _: entry()))).hit
        assert not caplog.messages

    run(test)


def test_a_late_writer_does_not_replace_what_is_newer(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_module, "LEASE_S", 1)

    async def test(processes: Processes) -> None:
        for layer in processes.layers:
            late = await layer.take("key", ASKED, lambda _: False)
            await asyncio.sleep(2.1)  # memcached counts in seconds
            next_ = await layer.take("key", ASKED, lambda _: False)
            assert (late.lease, next_.lease) == (True, True)
            await layer.put("key", entry(b"new"), next_)
            await layer.put("key", entry(b"late"), late)
            await layer.seize("key", late)
            found = await layer.take("key", ASKED, lambda _: False)
            assert found.entry is not None
            assert (found.entry.bodies[""], found.lease) == (b"new", False)

    run(test)


def test_who_is_hidden_is_in_no_answer_though_it_be_fresh_or_stale_or_all_there_is(run: Run) -> None:
    async def test(processes: Processes) -> None:
        make = Maker(lambda n: entry(b"%d" % n, names="did:plc:alice"))
        await processes.get(0, make)
        await processes.get(1, make)
        made = make.made
        processes.hidden._marks = frozenset([mark_of("did:plc:alice")])
        without = Maker(lambda _: entry(b"without"))
        async with asyncio.timeout(shared_module.LEASE_S - 1):  # nobody waits for another to notice
            assert {(await processes.get(n, without)).entry.bodies[""] for n in (0, 1)} == {b"without"}
        assert make.made == made

    run(test)


def test_what_a_process_may_not_serve_yet_and_can_not_make_stays_there_for_others(run: Run) -> None:
    """One that starts while the database is away, and so does not know who is hidden."""

    async def test(processes: Processes) -> None:
        await processes.get(0, Maker(lambda _: entry(names="did:plc:alice")))
        starts = Processes(processes.layers)
        starts.hidden._known = False
        make = Maker(lambda _: entry(b"two"))
        make.trouble = Unavailable("database-away", "it is away")
        with pytest.raises(Unavailable):
            await starts.get(0, make)
        served = await Processes(processes.layers).get(0, make) if processes.layers else await processes.get(0, make)
        assert (served.entry.bodies[""], served.hit) == (b"one", True)

    run(test)


def test_too_much_is_refused_before_anything_is_looked_for(run: Run) -> None:
    async def test(processes: Processes) -> None:
        def admit() -> None:
            raise Problem(429, "slow-down", "too much")

        make = Maker(lambda _: entry())
        with pytest.raises(Problem, match="too much"):
            await processes.caches[0].get(ASKED, make, admit)
        await processes.get(0, make)
        assert (await processes.caches[0].get(ASKED, make, admit)).hit

    run(test)


def test_an_entry_answers_its_own_request_only() -> None:
    made = entry()
    assert unpacked(packed(made), ASKED) == made
    assert unpacked(packed(made), "/another") is None
    assert unpacked(b"\x80\x04\x95pickle", ASKED) is None
