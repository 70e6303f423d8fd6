"""Purges: what a deleted account has left goes, what it did to others stays, and what is gone stays gone."""

from __future__ import annotations

import psycopg
import pytest

from collector.amounts import Reader
from collector.board_check import check
from collector.boards import Boards
from collector.purge import Purge
from tests.collector.frames import ALICE, BOB, CAROL, delete, follow, frame, key, like, notice, post, post_uri
from tests.collector.rig import BOARDS, Rig

HOUR = 3_600_000
ALICES = post_uri(ALICE, key(0))
STEPS_MAX = 200
"""More than there are tables."""
LEFT = """
select sum(n)::int
from account
cross join lateral (
  select count(*) as n from event join collection on collection.id = collection
  where actor = account.id and name <> '#account'
  union all select count(*) from account_minute where account = account.id
  union all select count(*) from account_hour where account = account.id
  union all select count(*) from account_day where account = account.id
  union all select count(*) from post_minute where account = account.id
  union all select count(*) from post_hour where account = account.id
  union all select count(*) from post_day where account = account.id
  union all select count(*) from best_rank where account = account.id
) as kept
where did = '{did}'
"""


@pytest.fixture
def counted(rig: Rig) -> Rig:
    """Alice and Bob do things to each other over a day and a half; then Alice is deleted."""
    rig.hand(post(ALICE, 0), follow(BOB, ALICE, 1), like(ALICES, BOB, 2), like(ALICES, CAROL, 3))
    rig.hand(like(post_uri(BOB, key(9)), ALICE, 30 * HOUR), like(post_uri(BOB, key(9)), CAROL, 30 * HOUR + 1))
    profile = frame("app.bsky.actor.profile", ALICE, 31 * HOUR, rkey="self", displayName="Alice")
    rig.hand(profile, like(ALICES, BOB, 31 * HOUR))
    for did, status in ((ALICE, "deleted"), (CAROL, "deactivated")):
        rig.hand(notice("account", did, 31 * HOUR + 5, active=False, status=status, time="2026-07-05T19:00:00Z"))
    rig.hand(like(ALICES, BOB, 33 * HOUR), at=33 * HOUR)
    rig.fold()
    boards = Boards(rig.roller, 100, 40)
    assert boards.keep_hour()  # of the hour in which Alice did the most; one is as good as all
    return rig


def purge(rig: Rig) -> int:
    """All of it; in how many steps."""
    return through(begun(rig))


def through(work: Purge) -> int:
    """To its end; in how many steps."""
    for steps in range(1, STEPS_MAX):
        if work.step() == 0:
            return steps
    raise AssertionError("a purge gets nowhere")


def begun(rig: Rig) -> Purge:
    """A purge whose tables may be emptied now."""
    work = Purge(rig.roller)
    assert work.begin()
    assert work.step() is None  # deletes that are on their way must find what they are about
    rig.hand(at=33 * HOUR + 900_000)
    rig.fold()
    return work


def received(rig: Rig, did: str) -> object:
    """Likes and followers."""
    query = "select sum(gained)::int from account_hour join account on id = account where metric in (14, 17) and did = "
    return rig.one(f"{query} '{did}'")


def left(rig: Rig, did: str) -> object:
    return rig.one(LEFT.format(did=did))


def test_what_the_account_did_and_received_is_gone_and_what_it_did_to_others_is_not(counted: Rig) -> None:
    before = {did: left(counted, did) for did in (ALICE, BOB, CAROL)}
    bobs = received(counted, BOB)
    counted.owner.execute("insert into post_text (account, rkey, text) select id, 1, 'words' from account")
    assert counted.audit().diff == 0
    assert purge(counted) > 10
    texts = counted.owner.execute("select did from post_text join account on id = account order by did")
    assert texts.fetchall() == [(BOB,), (CAROL,)]  # whenever it was that they were asked for
    assert left(counted, ALICE) == 2  # in this hour she was liked once more: the account's row and the post's
    assert {did: left(counted, did) for did in (BOB, CAROL)} == {did: before[did] for did in (BOB, CAROL)}
    assert received(counted, BOB) == bobs == 3
    assert counted.one(f"select display_name is null from account where did = '{ALICE}'")
    assert counted.audit().diff == 0
    Boards(counted.roller, 100, 40).refresh()
    assert check(counted.owner, 100) == (BOARDS, [], 0)
    assert counted.owner.execute("select did from account join purge on account = id").fetchall() == [(ALICE,)]


def test_a_purge_that_was_cut_off_goes_on_where_it_was(counted: Rig) -> None:
    first = begun(counted)
    assert all(first.step() for _ in range(7))
    assert counted.audit().diff == 0
    second = Purge(counted.roller)
    assert second.begin()
    assert counted.one("select count(*)::int from purged_table") == 7
    through(second)
    assert counted.one("select count(*)::int from purge where done_at is null") == 0
    assert left(counted, ALICE) == 2


def test_a_day_is_not_summed_up_while_a_purge_takes_hours_out_of_it(counted: Rig) -> None:
    work = begun(counted)
    days = "select days_to from fold"
    to = counted.one(days)
    counted.hand(post(BOB, 40 * HOUR), at=61 * HOUR)
    counted.fold()
    assert counted.one(days) == to
    through(work)
    counted.fold()
    assert counted.one(days) != to
    assert counted.audit().diff == 0


def test_what_is_purged_is_not_counted_again_when_it_comes_again(counted: Rig) -> None:
    purge(counted)
    numbers = counted.numbers()
    again = list(counted.handed)
    counted.restart()
    counted.hand(*again, at=33 * HOUR)
    counted.fold()
    assert counted.numbers() == numbers
    assert counted.audit().diff == 0


def test_one_that_comes_back_begins_anew_and_its_old_likes_are_not_known(counted: Rig) -> None:
    purge(counted)
    counted.hand(notice("account", ALICE, 34 * HOUR, seq=9, active=True, time="2026-07-05T22:00:00Z"))
    counted.restart()
    counted.hand(delete("like", key(30 * HOUR), ALICE, 35 * HOUR), delete("follow", key(1), ALICE, 35 * HOUR + 1))
    counted.hand(post(ALICE, 35 * HOUR + 2), delete("like", key(2), BOB, 35 * HOUR + 3), at=36 * HOUR)
    counted.fold()
    lost = "select sum(lost)::int from account_minute join account on id = account where did = '{}'"
    assert (counted.one(lost.format(BOB)), counted.one(lost.format(ALICE))) == (1, 1)  # what Bob took back, of both
    assert counted.audit().diff == 0
    Boards(counted.roller, 100, 40).refresh()
    assert check(counted.owner, 100) == (BOARDS, [], 0)


def test_boards_that_remember_have_what_is_left_of_one_that_comes_back(counted: Rig) -> None:
    """Also of minutes: she was liked in the last one of those before the hour in which she is deleted."""
    boards = Boards(counted.roller, 100, 40)
    counted.hand(like(ALICES, CAROL, 33 * HOUR - 1))
    counted.fold()
    boards.refresh()
    begun(counted)
    boards.refresh()
    through(Purge(counted.roller, boards.note_purged))
    counted.hand(notice("account", ALICE, 34 * HOUR, seq=9, active=True, time="2026-07-05T22:00:00Z"))
    boards.note(counted.fold())
    boards.refresh()
    assert check(counted.owner, 100) == (BOARDS, [], 0)


def test_a_purge_that_boards_could_not_read_again_makes_them_anew(
    counted: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    boards = Boards(counted.roller, 100, 40)
    boards.refresh()
    begun(counted)
    boards.refresh()

    def locked(*given: object) -> None:
        raise psycopg.errors.LockNotAvailable

    with monkeypatch.context() as patched:
        patched.setattr(Reader, "of", locked)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            through(Purge(counted.roller, boards.note_purged))
    counted.hand(notice("account", ALICE, 34 * HOUR, seq=9, active=True, time="2026-07-05T22:00:00Z"))
    boards.note(counted.fold())
    boards.refresh()
    assert check(counted.owner, 100) == (BOARDS, [], 0)


def test_what_is_taken_back_before_anything_has_gone_is_known(counted: Rig) -> None:
    work = Purge(counted.roller)
    assert work.begin()
    counted.hand(notice("account", ALICE, 33 * HOUR + 60_000, seq=9, active=True, time="2026-07-05T21:01:00Z"))
    counted.hand(delete("like", key(30 * HOUR), ALICE, 33 * HOUR + 70_000))
    assert counted.audit().diff == 0
    counted.hand(at=33 * HOUR + 900_000)
    counted.fold()
    through(work)
    counted.hand(delete("follow", key(1), ALICE, 33 * HOUR + 950_000), at=34 * HOUR)
    counted.fold()
    lost = "select sum(lost)::int from account_minute join account on id = account where did = '{}'"
    assert counted.one(lost.format(BOB)) == 1
    assert counted.audit().diff == 0


def test_a_bad_shape_of_what_is_purged_is_not_quarantined(counted: Rig) -> None:
    purge(counted)
    counted.restart()
    counted.hand(like(7, ALICE, 30 * HOUR), like(7, CAROL, 33 * HOUR + 950_000))  # type: ignore[arg-type]
    assert counted.one("select count(*)::int from quarantine") == 1
    assert counted.audit().diff == 0


def test_who_had_no_turn_yet_goes_before_who_is_purged_again(counted: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.purge.ACCOUNTS_MAX", 1)
    counted.hand(
        notice("account", BOB, 31 * HOUR + 9, seq=7, active=False, status="deleted", time="2026-07-05T19:00:01Z")
    )
    for hour, who in ((36, (ALICE,)), (37, (ALICE, BOB))):
        work = Purge(counted.roller)
        assert work.begin()
        counted.hand(at=hour * HOUR)
        counted.fold()
        through(work)
        query = "select did from purge join account on id = account order by did"
        assert tuple(did for (did,) in counted.owner.execute(query)) == who


def test_what_came_after_the_purge_goes_with_the_next(counted: Rig) -> None:
    purge(counted)
    counted.hand(like(ALICES, BOB, 34 * HOUR), at=36 * HOUR)
    counted.fold()
    again = Purge(counted.roller)
    assert again.begin()
    counted.hand(at=37 * HOUR)
    counted.fold()
    through(again)
    assert left(counted, ALICE) == 0
    assert counted.audit().diff == 0


def test_who_is_hidden_by_the_operator_is_counted_though_they_were_purged_once(counted: Rig) -> None:
    purge(counted)
    counted.hand(notice("account", ALICE, 36 * HOUR, seq=9, active=True, time="2026-07-06T00:00:00Z"), at=36 * HOUR)
    counted.hand(*[like(ALICES, BOB, 37 * HOUR + n) for n in range(10)], at=38 * HOUR)
    counted.fold()
    counted.owner.execute("update account set hidden = true where did = %s", (ALICE,))
    (before,) = counted.owner.execute(LEFT.format(did=ALICE).encode()).fetchall()
    counted.hand(post(BOB, 71 * HOUR), at=72 * HOUR)
    counted.fold()
    assert not Purge(counted.roller).begin()
    assert counted.owner.execute(LEFT.format(did=ALICE).encode()).fetchall()[0] >= before > (0,)
    assert counted.owner.execute("select forgotten from purge").fetchall() == [(False,)]
