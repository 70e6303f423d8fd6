"""Who is hidden is gone from every answer within seconds, fresh and stale ones too, and other caches are told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.boards import Boards
from tests.collector.frames import ALICE, BOB, CAROL, like, notice, post_uri
from tests.collector.rig import Rig
from tests.web.site import Site, site
from web import hidden, purging, telling
from web.database import Database
from web.entry import short_hash
from web.telling import Teller

POST = "3mpsz5xmars22"
PATHS = (
    "/top/accounts", "/top/posts", f"/accounts/{ALICE}", f"/accounts/{ALICE}/series", f"/accounts/{ALICE}/top-posts",
    f"/accounts/{ALICE}/heatmap", f"/posts/{ALICE}/{POST}", f"/posts/{ALICE}/{POST}/series",
    f"/compare?actors={ALICE},{BOB}", "/search?q=did:plc:aaaaaaaaaaaaaaaaaaaaaaaa",
)  # fmt: skip


@pytest.fixture
def rig(conninfo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    monkeypatch.setattr(hidden, "INTERVAL_S", 0.1)
    with closing(Rig(conninfo, tmp_path)) as found:
        found.hand(
            *[like(post_uri(ALICE, POST), BOB, n) for n in range(3)], like(post_uri(BOB, POST), CAROL, 9), at=60_000
        )
        found.fold()
        Boards(found.roller, 100, 40).refresh(set())
        yield found


def shown(found: Site) -> dict[str, bool]:
    """Of each answer, whether it names Alice."""
    return {path: ALICE.encode() in found.get(f"/api/v1{path}").body for path in PATHS}


def until_hidden(found: Site) -> None:
    end_at = time.monotonic() + 60
    while any(shown(found).values()):
        assert time.monotonic() < end_at, shown(found)


@pytest.mark.parametrize("why", ["deactivated", "operator", "own wish"])
def test_who_is_hidden_leaves_every_answer_and_comes_back(rig: Rig, why: str) -> None:
    with site(rig.conninfo) as found:
        assert all(shown(found).values()), shown(found)
        if why == "deactivated":
            rig.hand(notice("account", ALICE, 70_000, active=False, status="deactivated"))
        elif why == "operator":
            rig.owner.execute("update account set hidden = true where did = %s", (ALICE,))
        else:
            rig.owner.execute("update account set unlisted = true where did = %s", (ALICE,))
        until_hidden(found)
        refused = found.get(f"/api/v1/accounts/{ALICE}")
        assert (refused.status, refused.json["type"]) == (404, "/docs#not-shown")
        if why == "operator":
            rig.owner.execute("update account set hidden = false where did = %s", (ALICE,))
            end_at = time.monotonic() + 60
            while found.get(f"/api/v1/accounts/{ALICE}").status != 200:  # a refusal is remembered for 10 s
                assert time.monotonic() < end_at
                time.sleep(0.2)


def test_who_is_deleted_is_gone(rig: Rig) -> None:
    with site(rig.conninfo) as found:
        assert found.get(f"/api/v1/accounts/{ALICE}").status == 200
        rig.hand(notice("account", ALICE, 70_000, active=False, status="deleted"))
        until_hidden(found)
        answer = found.get(f"/api/v1/accounts/{ALICE}")
        assert (answer.status, answer.json["type"]) == (410, "/docs#gone")


class Hook:
    """A command that writes down what it is told."""

    def __init__(self, folder: Path) -> None:
        self._told = folder / "told"
        self.command = folder / "hook"
        self.command.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {self._told}\n')
        self.command.chmod(0o700)

    def told(self, least: int) -> list[str]:
        """All it was told of, once that is so much and nothing more comes."""
        end_at = time.monotonic() + 60
        while not self._told.exists() or len(self._told.read_text().split()) < least:
            assert time.monotonic() < end_at
            time.sleep(0.05)
        time.sleep(0.5)
        return self._told.read_text().split()


def test_other_caches_are_told_whom_to_forget_at_once_and_once_more(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "AGAIN_S", 0.5)
    hook = Hook(tmp_path)
    with site(rig.conninfo, cdn_purge=str(hook.command)) as one, site(rig.conninfo, cdn_purge=str(hook.command)):
        one.get("/api/v1/top/accounts")
        time.sleep(0.5)
        rig.owner.execute("update account set hidden = true where did = %s", (ALICE,))
        assert hook.told(2) == [short_hash(ALICE)] * 2


def test_other_caches_are_told_of_what_was_hidden_while_nothing_ran(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "AGAIN_S", 600.0)
    rig.owner.execute("update account set hidden = true where did in (%s, %s)", (ALICE, BOB))
    rig.owner.execute("update shown_change set at = at - interval '5 hours' where account in"
                      " (select id from account where did = %s)", (BOB,))  # fmt: skip
    hook = Hook(tmp_path)
    with site(rig.conninfo, cdn_purge=str(hook.command)):
        assert hook.told(1) == [short_hash(ALICE)]


def test_other_caches_are_told_until_they_have_heard_it(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "AGAIN_S", 600.0)
    monkeypatch.setattr(telling, "_RETRY_S", 0.1)
    hook = Hook(tmp_path)
    tries = tmp_path / "tries"
    fails = f"echo >> {tries}; [ $(wc -l < {tries}) -ge 3 ] || exit 1"
    hook.command.write_text(hook.command.read_text().replace("\n", f"\n{fails}\n", 1))
    with site(rig.conninfo, cdn_purge=str(hook.command)):
        rig.owner.execute("update account set hidden = true where did = %s", (ALICE,))
        assert hook.told(1) == [short_hash(ALICE)]


def test_a_hook_that_hangs_does_not_keep_us_from_looking_who_is_hidden(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "_TIMEOUT_S", 600.0)
    hook = Hook(tmp_path)
    hook.command.write_text("#!/bin/sh\nexec sleep 600\n")
    with site(rig.conninfo, cdn_purge=str(hook.command)) as found:
        rig.owner.execute("update account set hidden = true where did = %s", (BOB,))
        end_at = time.monotonic() + 60
        while found.get(f"/api/v1/accounts/{BOB}").status == 200:
            assert time.monotonic() < end_at
        rig.owner.execute("update account set hidden = true where did = %s", (ALICE,))
        until_hidden(found)


def test_what_a_process_died_over_is_told_by_another(conninfo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "_LEASE", timedelta(seconds=0.3))
    monkeypatch.setattr(telling, "_LOOK_S", 0.05)
    monkeypatch.setattr(telling, "AGAIN_S", 600.0)
    changes, told = frozenset([(short_hash(ALICE), datetime.now(UTC))]), list[str]()

    async def dies(_: list[str]) -> None:
        await asyncio.sleep(600)

    async def hears(hashes: list[str]) -> None:
        told.extend(hashes)

    async def both() -> None:
        database = Database(conninfo, 4)
        await database.pool.open()
        running = []
        for forget in (dies, hears, hears):
            teller = Teller(forget)
            teller.note(changes)
            running.append(asyncio.create_task(teller.run(database.pool)))
            await asyncio.sleep(0.2)
        while not told:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.6)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await database.pool.close()

    asyncio.run(asyncio.wait_for(both(), 60))
    assert told == [short_hash(ALICE)]
