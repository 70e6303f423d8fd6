"""What becomes of a batch: duplicates, events older than the window, quarantine, standing of accounts, lanes."""

from __future__ import annotations

from typing import Any

import pytest

from collector import window
from collector.batch import Gap
from collector.lanes import lane_of
from tests.collector.frames import (
    ALICE,
    BOB,
    BOBS,
    CAROL,
    NOON_US,
    frame,
    key,
    like,
    notice,
    post,
    post_uri,
    quote,
    reply,
)
from tests.collector.rig import HOST, Rig


def test_an_event_counts_once_however_often_it_comes(rig: Rig) -> None:
    rig.hand(like(BOBS), like(BOBS))
    rig.hand(like(BOBS), post(at=1))
    rig.restart()
    rig.hand(like(BOBS), post(at=1))
    rig.fold()
    assert rig.numbers() == {"likes": 1, "likes_received": 1, "posts": 1}
    assert rig.one("select sum(duplicates)::int from lane") == 4
    assert rig.audit().diff == 0


@pytest.mark.parametrize("unusual", [{}, {"surprise": 1}], ids=["short way", "long way"])
def test_two_operations_of_one_commit_are_two_events(rig: Rig, unusual: dict[str, Any]) -> None:
    for _ in range(2):
        rig.hand(
            like(BOBS, rkey=key(1), rev=5, **unusual), like(BOBS, rkey=key(2), rev=5, **unusual),
            post(rkey=key(1), rev=5, **unusual),
        )  # fmt: skip
    assert rig.one("select count(*) from event") == 3


def test_an_event_of_unusual_shape_counts_once_however_often_it_comes(rig: Rig) -> None:
    for _ in range(2):
        rig.hand(like(BOBS, surprise=1))
    rig.fold()
    assert rig.numbers() == {"likes": 1, "likes_received": 1}
    assert rig.one("select sum(duplicates)::int from lane") == 1


def test_an_event_older_than_the_window_is_looked_up_in_the_log(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "CHUNK_KEYS", 4)
    small = Rig(rig.conninfo, rig.folder, window_events_min=1, window_s_min=60)
    first = [like(BOBS, at=n) for n in range(8)] + [notice("identity", at=8, seq=5)]
    later = [like(BOBS, did=CAROL, at=10_000_000 + n) for n in range(8)]
    small.hand(*first)
    small.hand(*later, at=10_000_000)
    assert small.vitals.get("window_keys") < 16
    small.hand(*first)
    small.fold()
    assert small.numbers() == {"likes": 16, "likes_received": 16}
    assert small.audit().diff == 0
    small.close()


def test_another_host_s_time_for_an_event_changes_nothing(rig: Rig) -> None:
    rig.hand(like(BOBS))
    rig.restart("other:1/subscribe")
    rig.hand(like(BOBS).replace(str(NOON_US).encode(), str(NOON_US + 61_000_000).encode()))
    assert rig.one("select count(*) from event") == 1


def test_bad_frames_stand_in_quarantine_once_each(rig: Rig) -> None:
    bad = [b"{", b'{"kind":"x"}', like(7, at=5), like(BOBS).replace(b'"create"', b'"upsert"')]  # type: ignore[arg-type]
    for _ in range(2):
        rig.hand(*bad, post())
        rig.restart()
    rows = rig.owner.execute("select reason, sample from quarantine").fetchall()
    assert sorted(rows) == sorted(
        [("not_json", bad[0]), ("kind_unknown", bad[1]), ("subject_missing", bad[2]), ("operation_unknown", bad[3])]
    )
    assert rig.one("select sum(quarantined)::int from lane") == 4
    assert rig.one("select count(*) from event") == 1


def test_an_event_refused_as_too_early_stays_refused_when_its_time_has_come(rig: Rig) -> None:
    rig.worker._latest_ahead_us = -(10**17)  # the clock is before everything
    rig.hand(like(BOBS))
    for _ in range(2):
        rig.worker._latest_ahead_us = 0
        rig.hand(like(BOBS))
        rig.restart()
    assert rig.one("select count(*) from event") == 0
    assert rig.one("select count(*) from quarantine") == 1


def test_an_event_that_counts_is_not_quarantined_when_it_comes_again_in_a_worse_shape(rig: Rig) -> None:
    rig.hand(like(BOBS), notice("account", seq=5, active=True))
    for _ in range(2):
        rig.hand(like(7), notice("account", seq=5))  # type: ignore[arg-type]
        rig.worker._latest_ahead_us = -(10**17)
        rig.hand(like(BOBS), post(at=1))
        rig.restart()
    assert rig.owner.execute("select reason from quarantine").fetchall() == [("time_in_future",)]
    assert rig.one("select count(*) from event") == 2


@pytest.mark.parametrize("unusual", [{}, {"surprise": 1}], ids=["short way", "long way"])
def test_an_ill_formed_event_that_comes_again_well_formed_stays_refused(rig: Rig, unusual: dict[str, Any]) -> None:
    rig.hand(like(7))  # type: ignore[arg-type]
    rig.hand(like(BOBS, **unusual))
    rig.restart()
    rig.hand(like(BOBS, **unusual))
    assert rig.one("select count(*) from event") == 0
    assert rig.audit().diff == 0


def test_a_frame_without_key_from_another_host_is_the_same_frame(rig: Rig) -> None:
    frame_of_a = like(BOBS).replace(b'"rkey"', b'"no-rkey"')
    rig.hand(frame_of_a)
    rig.restart("other:1/subscribe")
    rig.hand(frame_of_a.replace(str(NOON_US).encode(), str(NOON_US + 77).encode()))
    assert rig.one("select count(*) from quarantine") == 1


def test_a_frame_whose_did_the_reader_took_for_another_is_refused(rig: Rig) -> None:
    lane = lane_of(ALICE.encode())
    rig.worker._judge._lanes -= {lane}
    rig.worker._shortcut._lanes -= {lane}
    rig.hand(like(BOBS), post(at=1))
    assert rig.owner.execute("select distinct reason from quarantine").fetchall() == [("did_ambiguous",)]
    assert rig.one("select count(*) from event") == 0


def test_the_content_time_lags_as_revs_do_and_is_right_after_a_restart(rig: Rig) -> None:
    frames = [like(BOBS, at=600_000 + n, rev=n) for n in range(50)]  # revs lag ten minutes
    for _ in range(2):
        rig.hand(*frames, at=600_050)
        assert rig.one(f"select abs(extract(epoch from content_time) - {NOON_US / 1e6}) < 1 from lane limit 1")
        rig.restart()
    rig.hand(at=700_000)  # says no rev: what was known stays
    assert rig.one(f"select abs(extract(epoch from content_time) - {NOON_US / 1e6}) < 1 from lane limit 1")


def test_a_frame_above_the_limit_is_refused_whatever_it_holds(rig: Rig) -> None:
    rig.hand(like(BOBS), like(BOBS, at=1)[:-1] + b" " * (8 << 20) + b"}")
    assert rig.owner.execute("select reason, size > 8 << 20, octet_length(sample) from quarantine").fetchall() == [
        ("too_large", True, 65_536)
    ]
    assert rig.one("select count(*) from event") == 1


def test_the_latest_account_event_says_the_state_in_whatever_order_they_come(rig: Rig) -> None:
    gone = notice("account", seq=7, active=False, status="deleted", time="2026-07-04T12:00:01Z")
    back = notice("account", seq=9, active=True, time="2026-07-04T12:00:02Z")
    rig.hand(back, gone)
    rig.hand(notice("account", seq=8, active=False, status="suspended", time="2026-07-04T12:00:02Z"))
    assert rig.owner.execute("select active, status, status_seq from account").fetchall() == [(True, None, 9)]
    rig.hand(notice("account", seq=10, active=False, status="takendown", time="2026-07-04T12:00:02Z"))
    assert rig.owner.execute("select active, status, status_seq from account").fetchall() == [(False, "takendown", 10)]
    rig.hand(notice("account", seq=11, active=True, time="2026-07-04T12:00:02Z"))
    assert rig.owner.execute("select active, status, status_seq from account").fetchall() == [(True, None, 11)]
    rig.hand(notice("account", at=5_000, seq=12, active=True, time="2999-01-01T00:00:00Z"))  # for ever, it claims
    rig.hand(notice("account", at=6_000, seq=13, active=False, status="takendown", time="2026-07-04T12:00:06Z"))
    assert rig.owner.execute("select active, status, status_seq from account").fetchall() == [(False, "takendown", 13)]
    assert rig.audit().diff == 0


def test_an_identity_event_hints_at_a_handle(rig: Rig) -> None:
    rig.hand(notice("identity", seq=2, handle="b.example"))
    rig.hand(notice("identity", seq=1, handle="a.example"))
    assert rig.one("select handle from account") == "b.example"


def test_keys_that_are_no_tids_and_names_with_nul_are_kept(rig: Rig) -> None:
    rig.hand(frame("app.bsky.actor.profile", rkey="self"), frame("com.example.t", rkey="c222222222222", at=1))
    assert {name for (name,) in rig.owner.execute("select name from rkey")} == {"self", "c222222222222"}
    assert rig.audit().diff == 0


def test_gaps_are_written_once(rig: Rig) -> None:
    gap = Gap(NOON_US, NOON_US + 10_000_000, "not_delivered")
    rig.hand(gaps=[gap], at=1)
    rig.hand(gaps=[gap], at=2)
    assert rig.owner.execute("select host, reason, to_time - from_time = interval '10 s' from gap").fetchall() == [
        (HOST, "not_delivered", True)
    ]


def test_an_idle_batch_moves_every_lane_and_no_lane_goes_back(rig: Rig) -> None:
    rig.hand(at=5000)
    rig.hand(at=4000)
    assert rig.owner.execute("select distinct cursor, batch from lane").fetchall() == [(NOON_US + 5_000_000, 2)]


@pytest.mark.parametrize("again", ["repost", "follow", "post"])
def test_the_window_does_not_let_go_within_a_batch_of_what_this_batch_was_vouched_for(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, again: str
) -> None:
    """The likes of a batch close a chunk, so the oldest is let go of; an event in that one comes again with them."""
    monkeypatch.setattr(window, "CHUNK_KEYS", 8)
    small = Rig(rig.conninfo, rig.folder, window_events_min=1, window_s_min=60)
    old = frame(again, subject=BOB if again == "follow" else {"uri": BOBS, "cid": "x"}, text="x")
    if again == "post":
        old = post()
    likes = [like(BOBS, CAROL, at=n * 100_000 + 1) for n in range(64)]
    small.hand(old, *likes[:7])
    for n in range(7, 63, 8):
        small.hand(old, *likes[n : n + 8])
        small.hand(*likes[n : n + 8], old)
    assert small.vitals.get("window_keys") < 32
    assert small.one("select count(*) from event where collection <> (select id from collection"
                     " where name = 'app.bsky.feed.like')") == 1  # fmt: skip
    small.fold()
    assert small.audit().diff == 0
    small.close()


def test_the_window_lets_go_of_nothing_that_is_not_in_the_log_yet(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "CHUNK_KEYS", 4)
    small = Rig(rig.conninfo, rig.folder, window_events_min=1, window_events_max=1, window_s_min=60)
    small.worker._window._events_min = 0
    blocks = [frame("com.example.t", at=n * 100_000) for n in range(40)]
    for _ in range(3):
        small.hand(*blocks, *blocks)
    assert small.one("select count(*) from event") == 40
    small.close()


def test_of_a_good_and_a_bad_shape_of_one_event_in_one_batch_the_first_counts(rig: Rig) -> None:
    bad, good = like(7), like(BOBS)  # type: ignore[arg-type]
    rig.hand(bad, good)
    rig.hand(like(BOBS, at=1), like(7, at=1))  # type: ignore[arg-type]
    rig.hand(notice("account", at=2, seq=5), notice("account", at=3, seq=5, active=True))
    assert rig.one("select count(*) from event") == 1
    assert rig.one("select count(*) from quarantine") == 2
    assert rig.audit().diff == 0


def test_of_two_payloads_of_one_event_in_one_batch_the_first_counts(rig: Rig) -> None:
    rig.hand(post(embed=quote(BOBS)), post())
    rig.hand(post(at=1), reply(BOBS, at=1))
    rig.hand(post(at=2), post(at=2, embed=quote(BOBS)))
    rig.hand(like(BOBS, at=3), like(BOBS, at=3, surprise=1), like(post_uri(CAROL, key(1)), at=3))
    rig.fold()
    assert rig.numbers() == {"posts": 3, "quotes": 1, "quotes_received": 1, "likes": 1, "likes_received": 1}
    assert rig.audit().diff == 0
