"""The cache over real layers: what two processes that share one serve, and how often anything is made."""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from weakref import ref

import msgspec
import pytest

from web import cache as cache_module
from web import refusals
from web import shared as shared_module
from web.cache import Cache, Served
from web.database import Database
from web.entry import Entry, mark_of, packed, unpacked
from web.hidden import Hidden
from web.local import Local
from web.memcached import Memcached
from web.problem import Problem, Unavailable
from web.refusals import Refusals
from web.shared import InMemcached, InTable, Layer, Shared

ASKED = "/api/v1/top/accounts?window=1h"


def entry(body: bytes = b"one", *, fresh_s: float = 30.0, stale_s: float = 30.0, names: str = "") -> Entry:
    now = time.time()
    return Entry(
        request=ASKED, status=200, media="text/plain", etag="", made_at=now, fresh_until=now + fresh_s,
        stale_until=now + fresh_s + stale_s, names_accounts=bool(names),
        accounts=(mark_of(names),) if names else (), keys=(), headers=(), bodies={"": body},
    )  # fmt: skip


class Maker:
    """Makes entries, and counts them."""

    def __init__(self, make: Callable[[int], Entry], takes_s: float = 0.05) -> None:
        self.made, self._make, self._takes_s = 0, make, takes_s
        self.trouble: Exception | None = None

    async def __call__(self) -> Entry:
        self.made += 1
        number = self.made
        await asyncio.sleep(self._takes_s)
        if self.trouble is not None:
            raise self.trouble
        return self._make(number)


class Processes:
    """Caches that share a layer, as web processes do."""

    def __init__(self, layers: list[Layer], count: int = 2) -> None:
        self.layers, self.hidden = layers, Hidden()
        self.hidden._known = True
        self.caches = [Cache("test", Local(1 << 20), Shared(layers), self.hidden) for _ in range(count)]

    async def get(self, process: int, make: Callable[[], Awaitable[Entry]]) -> Served:
        return await self.caches[process].get(ASKED, make, lambda: None)


@pytest.fixture(params=["memcached", "table", "nothing shared"])
def run(request: pytest.FixtureRequest) -> Callable[[Callable[[Processes], Awaitable[None]]], None]:
    """Runs a test in a loop, with two processes that share this."""

    @asynccontextmanager
    async def layers() -> Any:
        if request.param == "memcached":
            server = Memcached(request.getfixturevalue("memcached"))
            yield [InMemcached(server)]
            server.close()
        elif request.param == "table":
            database = Database(request.getfixturevalue("conninfo"), 4)
            await database.pool.open()
            yield [InTable(database.pool, 64 << 20)]
            await database.pool.close()
        else:
            yield []

    def run(test: Callable[[Processes], Awaitable[None]]) -> None:
        async def both() -> None:
            async with layers() as found:
                await test(Processes(found))

        if request.param == "memcached":
            request.getfixturevalue("memcached")
        elif request.param == "table":
            request.getfixturevalue("conninfo")
        asyncio.run(asyncio.wait_for(both(), 60))

    return run


Run = Callable[[Callable[[Processes], Awaitable[None]]], None]


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
        make = Maker(lambda n: entry(b"%d" % n, fresh_s=0.2 if n <= first else 60, stale_s=60), takes_s=0.3)
        await processes.get(0, make)
        await processes.get(1, make)
        await asyncio.sleep(0.4)
        begun = time.monotonic()
        served = [await processes.get(n % 2, make) for n in range(50)]
        assert time.monotonic() - begun < 0.25
        assert ({s.entry.bodies[""] for s in served}, {s.hit for s in served}) == (old, {True})
        while {(await processes.get(n, make)).entry.bodies[""] for n in (0, 1)} != new:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        assert make.made == 2 * first

    run(test)


def test_a_process_that_dies_while_it_makes_something_is_replaced(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (cache_module, shared_module):
        monkeypatch.setattr(module, "LEASE_S", 1)

    async def test(processes: Processes) -> None:
        dying = asyncio.create_task(processes.get(0, Maker(lambda _: entry(), takes_s=600)))
        await asyncio.sleep(0.2)
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
        dying = asyncio.create_task(processes.get(0, Maker(lambda _: entry(), takes_s=600)))
        await asyncio.sleep(0.3)
        make = Maker(lambda n: entry(b"%d" % n), takes_s=0.5)
        served = await asyncio.gather(*[processes.get(n, make) for n in range(1, 5)])
        assert (make.made, {each.entry.bodies[""] for each in served}) == (1, {b"1"})
        dying.cancel()

    run(test)


def test_what_takes_too_long_is_given_up_and_may_be_tried_by_others(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "MAKE_S", 0.2)

    async def test(processes: Processes) -> None:
        with pytest.raises(Unavailable, match="longer than it may"):
            await processes.get(0, Maker(lambda _: entry(), takes_s=600))
        assert not (await processes.get(1, Maker(lambda _: entry()))).hit

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


def test_when_it_can_not_be_made_an_old_answer_is_better_than_none(run: Run) -> None:
    async def test(processes: Processes) -> None:
        make = Maker(lambda _: entry(fresh_s=0.05, stale_s=0.05))
        await processes.get(0, make)
        await asyncio.sleep(0.2)
        make.trouble = Unavailable("database-away", "it is away")
        served = await processes.get(0, make)
        assert (served.entry.bodies[""], served.hit) == (b"one", True)
        never = processes.caches[1]
        with pytest.raises(Unavailable):
            await never.get("/something/else", make, lambda: None)

    run(test)


def test_what_could_not_be_made_is_not_tried_again_at_once(run: Run) -> None:
    async def test(processes: Processes) -> None:
        make = Maker(lambda _: entry())
        make.trouble = Problem(404, "not-found", "nothing")
        for _ in range(20):
            with pytest.raises(Problem, match="nothing"):
                await processes.get(0, make)
        assert make.made == 1

    run(test)


def test_who_is_refused_is_let_go_of(run: Run) -> None:
    """An exception that was raised keeps the frames it went through, and so what was asked, for as long as it lives."""

    async def test(processes: Processes) -> None:
        make = Maker(lambda _: entry())
        make.trouble = Problem(404, "not-found", "nothing")
        asked = []

        async def ask() -> None:
            one = Local(1)
            asked.append(ref(one))
            with pytest.raises(Problem, match="nothing"):
                await processes.get(0, make)

        for _ in range(20):
            await ask()
        make.trouble = None
        await asyncio.sleep(0)  # the loop lets go of what woke us last
        gc.collect()
        assert [one() for one in asked] == [None] * 20

    run(test)


def test_refusals_are_let_go_of_when_they_are_over_and_there_are_never_too_many(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "_COUNT_MAX", 3)
    kept = Refusals()
    for number in range(5):
        kept.note(str(number), Problem(404, "not-found", "nothing"))
    assert [kept.of(str(number)) is not None for number in range(5)] == [False, False, True, True, True]
    monkeypatch.setattr(refusals, "_LATELY_S", 0.05)
    time.sleep(0.1)
    kept.note("last", Unavailable("busy", "just now"))
    assert len(kept) == 1


def test_nobody_who_can_be_given_an_old_answer_waits_for_what_could_not_be_made(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "_RETRY_S", 0.0)
    monkeypatch.setattr(cache_module, "MAKE_S", 60.0)

    async def test(processes: Processes) -> None:
        make = Maker(lambda n: entry(b"%d" % n, fresh_s=0.05, stale_s=0.0))
        for cache in processes.caches:
            await cache.get(ASKED, make, lambda: None)
            await cache.get("/another", make, lambda: None)
        await asyncio.sleep(0.2)
        make.trouble = Unavailable("database-away", "it is away")
        served = await processes.get(0, make)
        assert (served.hit, served.trouble) == (True, "database-away")
        held = Maker(lambda _: entry(b"new"), takes_s=600)  # as one waits for a database that does not answer
        for asked in (ASKED, "/another"):  # the other one has not been tried since
            served = await asyncio.wait_for(processes.caches[0].get(asked, held, lambda: None), 5)
            assert (served.hit, served.trouble) == (True, "database-away")
        while held.made < 2:  # noqa: ASYNC110 - it is tried behind them
            await asyncio.sleep(0.02)

    run(test)


@pytest.mark.parametrize(
    ("trouble", "kind"), [(ValueError("a mistake of ours"), "internal"), (Problem(429, "slow-down", "no"), "slow-down")]
)
def test_an_old_answer_is_better_than_whatever_goes_wrong(run: Run, trouble: Exception, kind: str) -> None:
    async def test(processes: Processes) -> None:
        make = Maker(lambda _: entry(fresh_s=0.05, stale_s=0.05))
        await processes.get(0, make)
        await asyncio.sleep(0.2)
        make.trouble = trouble
        served = await processes.get(0, make)
        assert (served.entry.bodies[""], served.hit, served.trouble) == (b"one", True, kind)

    run(test)


def test_when_the_clock_is_set_ahead_nobody_waits_for_a_lease_that_nobody_has(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test(processes: Processes) -> None:
        make = Maker(lambda n: entry(b"%d" % n))
        await processes.get(0, make)
        right = time.time
        monkeypatch.setattr(time, "time", lambda: right() + 3600)
        begun = time.monotonic()
        served = await asyncio.gather(*[processes.get(process, make) for process in (0, 1)])
        monkeypatch.undo()
        assert b"1" not in {each.entry.bodies[""] for each in served}
        assert time.monotonic() - begun < shared_module.LEASE_S / 2
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


def test_who_is_hidden_is_in_no_answer_though_it_be_fresh_or_stale_or_all_there_is(run: Run) -> None:
    async def test(processes: Processes) -> None:
        make = Maker(lambda n: entry(b"%d" % n, names="did:plc:alice"))
        await processes.get(0, make)
        await processes.get(1, make)
        made = make.made
        processes.hidden._marks = frozenset([mark_of("did:plc:alice")])
        without = Maker(lambda _: entry(b"without"))
        begun = time.monotonic()
        assert {(await processes.get(n, without)).entry.bodies[""] for n in (0, 1)} == {b"without"}
        assert time.monotonic() - begun < 2.0  # nobody waits for another to notice
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
