"""What the cache serves when an answer can not be made: an old one, or a refusal that is not tried again at once."""

from __future__ import annotations

import asyncio
import gc
import time
from weakref import ref

import pytest

from tests.web.processes import ASKED, Maker, Processes, Run, entry
from web import cache as cache_module
from web import refusals
from web.local import Local
from web.problem import Problem, Unavailable
from web.refusals import Refusals


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
            served = await asyncio.wait_for(processes.caches[0].get(asked, held, lambda: None), 20)
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
