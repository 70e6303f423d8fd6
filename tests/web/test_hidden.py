"""Who is hidden is gone from every answer within seconds, fresh and stale ones too, and other caches are told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from collector.boards import Boards
from sql.session import entry
from tests.collector.frames import ALICE, BOB, CAROL, delete, like, notice, post_uri
from tests.collector.rig import Rig
from tests.web.site import Site, site
from web import deleted, hidden, purging, telling
from web.database import Database
from web.deleted import Deleted
from web.entry import mark_of_post, short_hash
from web.purging import Forget
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
        Boards(found.roller, 100, 40).refresh()
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


def test_a_deleted_post_leaves_every_list_that_was_made_before(rig: Rig) -> None:
    paths = ("/api/v1/top/posts?window=30d", f"/api/v1/accounts/{ALICE}/top-posts?window=30d", "/top/posts?window=30d")
    with site(rig.conninfo) as found:

        def listed(did: str) -> list[bool]:
            places = post_uri(did, POST).encode(), f"/post/{did}/{POST}".encode()
            return [any(place in found.get(path).body for place in places) for path in paths]

        assert (listed(ALICE), listed(BOB)) == ([True, True, True], [True, False, True])
        rig.hand(delete("post", POST, ALICE, 70_000))
        end_at = time.monotonic() + 60
        while listed(ALICE) != [False, False, False]:
            assert time.monotonic() < end_at
        assert listed(BOB) == [True, False, True]
        assert found.get(paths[0]).headers["cache-status"].startswith("skytally; hit"), "made anew once"


class Lists:
    """What a list says of itself that was made at some time."""

    def __init__(self, at: datetime, *posts: int) -> None:
        self.made_at, self.posts = at.timestamp(), posts


def test_of_deleted_posts_so_many_are_known_and_older_lists_are_made_anew(
    conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deleted, "_COUNT_MAX", 3)
    now = datetime.now(UTC)

    async def look(gone: Deleted, connection: Any, *rkeys: int) -> None:
        for rkey in rkeys:
            at = now - timedelta(hours=9 - rkey)
            await connection.execute("insert into deleted_lately values (1, %s, %s)", (rkey, at))
        await gone.look(connection)

    async def looks() -> None:
        gone = Deleted()
        async with await psycopg.AsyncConnection.connect(entry(conninfo, None, "tests"), autocommit=True) as connection:
            await look(gone, connection, 1, 2)
            first = mark_of_post(1, 1)
            before, after = now - timedelta(hours=8.5), now - timedelta(hours=7.5)
            assert [gone.listed_by(Lists(at, first)) for at in (before, after)] == [True, False]  # type: ignore[arg-type]
            assert not gone.listed_by(Lists(before, 17))  # type: ignore[arg-type]
            await look(gone, connection, 3, 4, 5)
            assert gone.listed_by(Lists(before, 17))  # type: ignore[arg-type]
            assert not gone.listed_by(Lists(now - timedelta(hours=5.9), 17))  # type: ignore[arg-type]

    asyncio.run(looks())


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
    monkeypatch.setattr(telling, "_LEASE", timedelta(seconds=1))
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

        def begins(forget: Forget) -> None:
            teller = Teller(forget)
            teller.note(changes)
            running.append(asyncio.create_task(teller.run(database.pool)))

        begins(dies)
        await asyncio.sleep(0.3)
        begins(hears)  # while the first one is about to tell
        while not told:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        begins(hears)
        await asyncio.sleep(0.3)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await database.pool.close()

    asyncio.run(asyncio.wait_for(both(), 60))
    assert told == [short_hash(ALICE)]
