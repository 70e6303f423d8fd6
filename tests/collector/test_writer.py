"""One transaction per batch: all of it or nothing, by the run that owns the lanes, less what Postgres refuses."""

from __future__ import annotations

import psycopg
import pytest

from collector.errors import Collision, Fenced
from sql import tid
from tests.collector.frames import ALICE, BOB, delete, frame, key, like, post, post_uri
from tests.collector.rig import Rig

BOBS = post_uri(BOB, key(1))

REFUSE = """
create function refuse() returns trigger language plpgsql as $$
begin
  if new.rkey = any (array(select rkey from poison)) then
    raise exception 'poison' using errcode = '22023';
  end if;
  return new;
end $$;
create table poison (rkey bigint);
grant select on poison to skytally_collector;
create trigger refuse before insert on event for each row execute function refuse();
"""


def everything(rig: Rig) -> list[object]:
    """All that a batch writes, for comparison."""
    tables = ("lane", "event", "account_tally_0", "account_tally_1", "network_tally_0", "network_tally_1", "quarantine")
    return [rig.owner.execute(f"select t::text from {table} t order by 1".encode()).fetchall() for table in tables]


def test_a_worker_of_an_earlier_run_can_write_nothing_any_more(rig: Rig) -> None:
    rig.hand(post())
    zombie = rig.worker
    rig.restart()
    before = everything(rig)
    fresh, rig.worker = rig.worker, zombie
    with pytest.raises((Fenced, psycopg.OperationalError)):  # fenced, or its session was ended
        rig.hand(post(at=1))
    assert everything(rig) == before
    rig.worker = fresh
    rig.hand(post(at=1))
    assert rig.audit().diff == 0


def test_the_epoch_alone_fences_off_a_worker_whose_session_lives_on(rig: Rig) -> None:
    rig.hand(post())
    rig.owner.execute("update lane set epoch = epoch + 1")
    before = everything(rig)
    with pytest.raises(Fenced):
        rig.hand(post(at=1))
    assert everything(rig) == before


def test_a_batch_number_that_is_not_the_next_is_refused(rig: Rig) -> None:
    rig.hand(post())
    rig.owner.execute("update lane set batch = batch - 1 where lane = 31")  # what a lost asynchronous commit looks like
    with pytest.raises(Fenced):
        rig.hand(post(at=1))


def test_rows_that_only_postgres_refuses_are_found_and_quarantined_and_the_others_counted(rig: Rig) -> None:
    rig.owner.execute(REFUSE.encode())
    poison = {3, 64, 99}
    rig.owner.execute(
        "insert into poison select unnest(%s::bigint[])",
        ([rig.worker._names.rkey(key(n)) for n in poison],),
    )
    rig.hand(*[like(BOBS, at=n) for n in range(100)], delete("like", key(3), at=101), delete("like", key(4), at=102))
    rig.fold()
    refused = rig.owner.execute("select reason, sample from quarantine order by sample").fetchall()
    # the delete of a poisonous like has its key and is refused too
    assert len(refused) == 4
    assert {reason for reason, _ in refused} == {"refused_by_database"}
    assert rig.numbers() == {"likes": 97, "likes_received": 97, "-likes": 1, "-likes_received": 1}
    assert rig.one("select sum(quarantined)::int from lane") == 4
    assert rig.one("select sum(events)::int from lane") == rig.one("select count(*)::int from event") == 98


def test_trouble_that_is_not_the_rows_fault_is_not_quarantined(rig: Rig) -> None:
    rig.owner.execute("create function refuse() returns trigger language plpgsql as $$ begin"
                      " raise exception 'full' using errcode = '53100'; end $$")  # fmt: skip
    rig.owner.execute("create trigger refuse before insert on event for each row execute function refuse()")
    with pytest.raises(psycopg.OperationalError):
        rig.hand(post())
    assert rig.one("select count(*) from quarantine") == 0
    assert rig.one("select sum(batch)::int from lane") == 0


def test_two_names_under_one_id_end_the_worker(rig: Rig) -> None:
    rig.hand(post(did=ALICE))
    rig.owner.execute("update account set did = %s", (BOB,))
    rig.restart()
    with pytest.raises(Collision):
        rig.hand(post(did=ALICE, at=1))


def test_events_of_any_day_find_their_partition(rig: Rig) -> None:
    day = 86_400_000
    rig.hand(post(at=0), post(at=day), post(at=-900 * day), frame("com.example.t", at=3 * day))
    assert rig.one("select count(*) from event") == 4
    assert rig.one("select count(*) from pg_inherits where inhparent = 'event'::regclass") == 4


def test_a_refused_create_leaves_the_loss_of_the_one_before_it_as_it_was(rig: Rig) -> None:
    rig.owner.execute(REFUSE.encode())
    rig.hand(like(BOBS, rkey="r", rev=1), delete("like", "r", at=5, rev=5))
    rig.owner.execute("alter table event disable trigger refuse")
    late = (
        "create function late() returns trigger language plpgsql as $$ begin"
        f" if new.rev = {tid.number(key(3))} then raise exception 'late' using errcode = '22023'; end if;"
        " return new; end $$"
    )
    rig.owner.execute(late.encode())
    rig.owner.execute("create trigger late before insert on event for each row execute function late()")
    rig.hand(like(BOBS, rkey="r", rev=3, at=7))
    rig.fold()
    assert rig.numbers() == {"likes": 1, "likes_received": 1, "-likes": 1, "-likes_received": 1}
    assert rig.one("select count(*)::int from quarantine") == 1
