"""Accounts that ask to be forgotten: hidden at once, purged when it is safe, and it is never done by halves."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from collector.purge import Purge
from collector.rollup import Fold
from ops.forgetting import Forgetting
from sql import statement
from tests.collector.frames import ALICE, BOB, CAROL, follow, frame, key, like, post, post_uri
from tests.collector.rig import Rig
from tests.collector.test_purge import HOUR, left
from tests.collector.test_supervisor import wait_for
from tests.ops.command import skytally
from web.entry import short_hash

ALICES = post_uri(ALICE, key(0))
STRANGER = "did:plc:zzzzzzzzzzzzzzzzzzzzzzzz"
_LATER = 33 * HOUR + 900_000


@pytest.fixture
def counted(conninfo: str, tmp_path: Path) -> Iterator[Rig]:
    """Alice, who is as active as ever, and others over a day and a half."""
    rig = Rig(conninfo, tmp_path)
    rig.hand(post(ALICE, 0), follow(BOB, ALICE, 1), like(ALICES, BOB, 2), like(ALICES, CAROL, 3))
    profile = frame("app.bsky.actor.profile", ALICE, 31 * HOUR, rkey="self", displayName="Alice")
    rig.hand(profile, like(ALICES, BOB, 31 * HOUR), at=33 * HOUR)
    rig.fold()
    yield rig
    rig.close()


def go_on(rig: Rig, at: int = _LATER) -> None:
    """The collector counts on: what deletes were on their way have come."""
    rig.hand(at=at)
    rig.fold()


def said(rig: Rig, *words: object, **variables: str) -> tuple[int, str, str]:
    return skytally("forget", *words, DATABASE_URL=rig.conninfo, **variables)


def test_it_is_hidden_at_once_and_purged_once_the_watermark_has_passed(counted: Rig) -> None:
    others = {did: left(counted, did) for did in (BOB, CAROL)}
    code, out, _ = said(counted, ALICE)
    assert (code, "hidden; the purge begins when the collector has counted 10 minutes on" in out) == (0, True)
    assert counted.one(f"select hidden and not shown from account where did = '{ALICE}'")
    assert counted.one("select count(*)::int from purged_table") == 0
    go_on(counted)
    code, out, _ = said(counted, ALICE)
    assert (code, out.startswith(f"{ALICE}: hidden, and purged within ")) == (0, True)
    assert left(counted, ALICE) == 0
    assert {did: left(counted, did) for did in (BOB, CAROL)} == others
    assert counted.one(f"select display_name is null and hidden from account where did = '{ALICE}'")
    assert counted.audit().diff == 0


def test_one_that_was_cut_off_is_gone_on_with_by_whoever_comes_next(counted: Rig) -> None:
    said(counted, ALICE)
    go_on(counted)
    cut_off = Forgetting(counted.owner, [ALICE]).work()
    for _ in range(5):
        next(cut_off)
    assert counted.one("select count(*)::int from purged_table") == 5
    roller = Purge(counted.roller)
    assert roller.begin()
    while roller.step() != 0:
        pass
    assert left(counted, ALICE) == 0
    assert counted.audit().diff == 0


def test_one_of_others_that_is_in_work_is_finished_first_and_nobody_is_missed(counted: Rig) -> None:
    said(counted, BOB)
    go_on(counted)
    assert Purge(counted.roller).step()
    code, out, _ = said(counted, ALICE)
    assert (code, out.startswith(f"{ALICE}: hidden; ")) == (0, True)
    assert left(counted, BOB) == 0
    go_on(counted, _LATER + 900_000)
    assert "purged within" in said(counted, ALICE)[1]
    assert left(counted, ALICE) == 0
    assert counted.audit().diff == 0


def test_the_roller_hears_that_another_process_has_purged(counted: Rig) -> None:
    fold = Fold(counted.roller)

    def others_have_changed_something(at: int) -> bool:
        counted.hand(like(ALICES, BOB, at), at=at)
        return fold.fold().others

    others_have_changed_something(33 * HOUR + 1)  # nobody knows what was before
    said(counted, ALICE)
    assert not others_have_changed_something(_LATER)
    said(counted, ALICE)
    assert counted.one("select count(*)::int from purge where done_at is not null") == 1
    assert others_have_changed_something(_LATER + 1)


def test_who_is_forgotten_stays_so_until_shown_again(counted: Rig) -> None:
    said(counted, ALICE)
    go_on(counted)
    said(counted, ALICE)
    counted.hand(post(ALICE, 34 * HOUR), like(ALICES, BOB, 34 * HOUR + 1), post(CAROL, 58 * HOUR), at=60 * HOUR)
    counted.fold()
    assert left(counted, ALICE) != 0
    again = Purge(counted.roller)
    assert again.begin()
    go_on(counted, 61 * HOUR)
    while again.step() != 0:
        pass
    assert left(counted, ALICE) == 0
    assert counted.audit().diff == 0
    skytally("accounts", "show", ALICE, DATABASE_URL=counted.conninfo)
    go_on(counted, 99 * HOUR)
    assert not Purge(counted.roller).begin()


def test_caches_in_front_are_told_and_strangers_are_named(counted: Rig, tmp_path: Path) -> None:
    told = tmp_path / "told"
    hook = f'{sys.executable} -c \'import sys; open("{told}", "a").write(" ".join(sys.argv[1:]))\''
    code, out, err = said(counted, ALICE, STRANGER, SKYTALLY_CDN_PURGE=hook)
    assert (code, out.startswith(f"{ALICE}: hidden")) == (1, True)
    assert f"nothing is known of {STRANGER}; to hide it should it ever come:" in err
    assert told.read_text() == short_hash(ALICE)
    assert counted.one(f"select count(*)::int from account where did = '{STRANGER}'") == 0
    wrong = said(counted, "alice.example")
    assert (wrong[0], wrong[2]) == (
        2, "skytally: alice.example is no DID; allowed: did:plc:... or did:web:...\n",
    )  # fmt: skip


def test_two_at_once_take_turns(counted: Rig) -> None:
    said(counted, ALICE)
    go_on(counted)
    with psycopg.connect(counted.owner.info.dsn, autocommit=True) as other, other.transaction():
        other.execute("select pg_advisory_xact_lock(hashtext('skytally purge'))")
        counted.roller.execute("set lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            Purge(counted.roller).step()
    counted.roller.execute("set lock_timeout = '5s'")
    assert Purge(counted.roller).step()


def test_who_waited_for_a_turn_goes_by_what_the_other_has_left(counted: Rig) -> None:
    said(counted, ALICE)
    go_on(counted)
    found: list[int | None] = []
    waiting = threading.Thread(target=lambda: found.append(Purge(counted.roller).step()))
    with psycopg.connect(counted.owner.info.dsn, autocommit=True) as other, other.transaction():
        other.execute("select pg_advisory_xact_lock(hashtext('skytally purge'))")
        waiting.start()
        wait_for(lambda: counted.one("select count(*) from pg_locks where locktype = 'advisory' and not granted"))
        other.execute("set search_path = skytally")
        other.execute(statement("purge/finish"))
    waiting.join()
    assert found == [None]
    assert counted.one("select count(*)::int from purged_table") == 0
