"""What a batch comes to: the meaning of the numbers, duplicates, deletes, and events older than the window."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector import window
from collector.batch import Gap
from collector.lanes import lane_of
from tests.collector.frames import ALICE, BOB, CAROL, NOON_US, delete, follow, frame, key, like, notice, post, post_uri
from tests.collector.rig import HOST, Rig
from tests.conftest import new_database

BOBS = post_uri(BOB, key(1))


def reply(uri: str, did: str = ALICE, at: int = 0, **record: object) -> bytes:
    return post(did, at, reply={"root": {"uri": uri}, "parent": {"uri": uri}}, **record)


def quote(uri: str) -> dict[str, object]:
    return {"$type": "app.bsky.embed.record", "record": {"uri": uri}}


def mention(did: str) -> dict[str, object]:
    return {"features": [{"$type": "app.bsky.richtext.facet#mention", "did": did}]}


def test_a_like_is_made_by_one_and_received_by_the_other_and_by_the_post(rig: Rig) -> None:
    rig.hand(like(BOBS))
    rig.fold()
    assert rig.numbers() == {"likes": 1, "likes_received": 1}
    assert rig.one("select did from account_minute join account on account.id = account where metric = 14") == BOB
    assert rig.one("select did from post_minute join account on account.id = account where metric = 14") == BOB


def test_what_one_does_to_oneself_is_made_only(rig: Rig) -> None:
    own = post_uri(ALICE, key(1))
    rig.hand(like(own), follow(ALICE, at=1), reply(own, at=2, embed=quote(own), facets=[mention(ALICE)]))
    rig.fold()
    assert rig.numbers() == {"likes": 1, "follows": 1, "replies": 1, "quotes": 1}
    assert rig.one("select count(*) from post_minute") == 0


def test_a_reply_that_quotes_and_mentions_counts_each_once(rig: Rig) -> None:
    rig.hand(reply(BOBS, embed=quote(BOBS), facets=[mention(BOB), mention(CAROL), mention(BOB)], langs=["en-US", "en"]))
    rig.fold()
    assert rig.numbers() == {
        "replies": 1, "quotes": 1, "replies_received": 1, "quotes_received": 1, "mentions_received": 2,
    }  # fmt: skip
    assert rig.one("select array_agg(name) from term_minute join term on id = term") == ["en"]
    assert rig.audit().diff == 0


def test_updates_and_unknown_collections_are_logged_and_count_nothing(rig: Rig) -> None:
    rig.hand(frame("post", operation="update", text="x"), frame("com.example.thing", at=1), notice("identity"))
    rig.fold()
    assert rig.numbers() == {}
    assert rig.one("select count(*) from event") == 3


def test_an_event_counts_once_however_often_it_comes(rig: Rig) -> None:
    rig.hand(like(BOBS), like(BOBS))
    rig.hand(like(BOBS), post(at=1))
    rig.restart()
    rig.hand(like(BOBS), post(at=1))
    rig.fold()
    assert rig.numbers() == {"likes": 1, "likes_received": 1, "posts": 1}
    assert rig.one("select sum(duplicates)::int from lane") == 4
    assert rig.audit().diff == 0


def test_two_operations_of_one_commit_are_two_events(rig: Rig) -> None:
    rig.hand(like(BOBS, rkey=key(1), rev=5), like(BOBS, rkey=key(2), rev=5), post(rkey=key(1), rev=5))
    assert rig.one("select count(*) from event") == 3


def test_a_delete_takes_back_all_that_its_post_counted_in_its_own_minute(rig: Rig) -> None:
    rig.hand(reply(BOBS, embed=quote(BOBS), facets=[mention(CAROL)], langs=["ja"]))
    rig.hand(delete("post", key(0), at=180_000))
    rig.fold()
    made = ("replies", "quotes", "replies_received", "quotes_received", "mentions_received")
    assert rig.numbers() == dict.fromkeys(made, 1) | {f"-{name}": 1 for name in made}
    assert rig.one(
        "select max(minute) - min(minute) = interval '3 minutes' from account_minute where lost > 0 or gained > 0"
    )
    assert rig.one("select sum(lost)::int from term_minute join term on id = term where name = 'ja'") == 1
    assert rig.audit().diff == 0


def test_deletes_find_their_creates_in_the_batch_in_the_log_and_after_a_restart(rig: Rig) -> None:
    rig.hand(like(BOBS), delete("like", key(0), at=1), like(BOBS, at=2), like(BOBS, at=3))
    rig.hand(delete("like", key(2), at=4))
    rig.restart()
    rig.hand(delete("like", key(3), at=5), delete("like", key(77), at=6))
    rig.fold()
    assert rig.numbers() == {"likes": 3, "likes_received": 3, "-likes": 3, "-likes_received": 3}
    assert rig.audit().diff == 0


def test_a_delete_that_comes_before_its_create_still_loses_it(rig: Rig) -> None:
    rig.hand(delete("like", key(0), at=1))
    rig.restart()
    rig.hand(like(BOBS))
    rig.fold()
    assert rig.numbers() == {"likes": 1, "likes_received": 1, "-likes": 1, "-likes_received": 1}
    assert rig.audit().diff == 0


def test_a_late_create_moves_the_loss_of_a_delete_that_took_an_earlier_one(rig: Rig) -> None:
    for what in (like(BOBS, rkey="r", rev=1), delete("like", "r", at=90_000, rev=5)):
        rig.hand(what)
    rig.fold()
    rig.hand(like(post_uri(CAROL, key(9)), rkey="r", rev=3, at=120_000))
    rig.fold()
    assert rig.one(f"select sum(lost) from account_minute join account on id = account where did = '{BOB}'") == 0
    assert rig.audit().diff == 0


def test_a_like_is_known_for_seven_days_and_a_follow_for_ever(rig: Rig) -> None:
    week = 7 * 86_400_000
    rig.hand(like(BOBS), follow(BOB, at=1))
    rig.hand(delete("like", key(0), at=week + 2), delete("follow", key(1), at=week + 3))
    rig.fold()
    assert rig.numbers() == {
        "likes": 1,
        "likes_received": 1,
        "follows": 1,
        "followers": 1,
        "-follows": 1,
        "-followers": 1,
    }
    assert rig.audit().diff == 0


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


def test_an_ill_formed_event_that_comes_again_well_formed_stays_refused(rig: Rig) -> None:
    rig.hand(like(7))  # type: ignore[arg-type]
    rig.restart()
    rig.hand(like(BOBS))
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


OPERATIONS = st.tuples(
    st.sampled_from([ALICE, BOB]), st.sampled_from(["like", "repost", "follow", "post"]),
    st.sampled_from([key(900), key(901), "odd"]), st.sampled_from(["create", "create", "delete", "update"]),
    st.integers(0, 30), st.sampled_from([ALICE, BOB, CAROL]),
)  # fmt: skip


def told(kind: str, subject: str) -> dict[str, object]:
    """A record of each kind as it usually is."""
    if kind == "post":
        uri = {"uri": post_uri(subject, key(2))}
        return {"text": "x", "reply": {"root": uri, "parent": uri}}
    return {"subject": subject if kind == "follow" else {"uri": post_uri(subject, key(1)), "cid": "x"}}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(OPERATIONS, min_size=1, max_size=40), st.booleans(), st.data())
def test_any_history_in_any_order_and_cut_counts_as_the_recount_says(
    server: str, tmp_path: Path, history: list[tuple[str, str, str, str, int, str]], small: bool, data: st.DataObject
) -> None:
    """Histories of a few records with deletes, repeats, late events and restarts, on a database of their own; with a
    small window most of them are older than what it holds."""
    frames = [
        frame(kind, did, at=rev * 60_000, rkey=rkey, rev=rev, operation=operation, **told(kind, subject))
        for did, kind, rkey, operation, rev, subject in history
    ]
    sizes = {"window_events_min": 1, "window_s_min": 60} if small else {}
    with (
        pytest.MonkeyPatch.context() as patch, new_database(server) as conninfo,
        closing(Rig(conninfo, tmp_path, **sizes)) as rig,
    ):  # fmt: skip
        patch.setattr(window, "CHUNK_KEYS", 4 if small else window.CHUNK_KEYS)
        play(rig, frames, data)
        report = rig.audit()
    assert report.diff == 0, report.text()


def play(rig: Rig, frames: list[bytes], data: st.DataObject) -> None:
    """Hand the frames over in any order, some of them twice, in batches of any size, with folds and restarts."""
    left = data.draw(st.permutations(frames)) + data.draw(st.lists(st.sampled_from(frames), max_size=10))
    while left:
        size = data.draw(st.integers(1, 15))
        rig.hand(*left[:size])
        left = left[size:]
        if data.draw(st.booleans()):
            rig.fold()
        if data.draw(st.integers(0, 3)) == 0:
            rig.restart()
