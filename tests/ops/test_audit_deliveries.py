"""The union of what was delivered: each event once, each refusal once, whichever came first."""

from __future__ import annotations

from ops.audit.deliveries import Deliveries, deliveries
from ops.audit.recount import recount
from tests.ops.audit_lines import ALICE, BOB, CAROL, FOLLOW, LIKE, NOW, commit, frame, tid


def delivered(*frames: bytes) -> Deliveries:
    return deliveries(frames, NOW, lambda line: None)


def test_it_takes_the_first_of_two_payloads() -> None:
    union = delivered(
        commit(ALICE, FOLLOW, tid("3"), {"subject": BOB}),
        commit(ALICE, FOLLOW, tid("3"), {"subject": CAROL}),
    )
    total = recount(union.counted())
    assert not total.accounts.lost
    assert not total.posts.lost
    assert {key[1:]: n for key, n in total.accounts.gained.items()} == {(ALICE, "follows"): 1, (BOB, "followers"): 1}


def test_it_refuses_a_bad_frame_once() -> None:
    union = delivered(b"garbage", b"garbage", b"other")
    assert len(union.refusals) == 2


def test_it_refuses_a_key_once_with_any_of_its_frames() -> None:
    union = delivered(commit(ALICE, LIKE, tid("3"), {}), commit(ALICE, LIKE, tid("3"), {"subject": 5}))
    (refusal,) = union.refusals.values()
    assert len(refusal.samples) == 2


def test_it_ignores_heartbeats() -> None:
    union = delivered(frame(kind="heartbeat"))
    assert (union.frames, union.events, union.refusals) == (1, {}, {})


def test_it_counts_a_key_that_was_refused_too_unless_it_stands_in_quarantine() -> None:
    union = delivered(
        commit(ALICE, FOLLOW, tid("3"), {}), commit(ALICE, FOLLOW, tid("3"), {"subject": BOB})
    )
    ((key, refusal),) = union.refusals.items()
    assert [event.key for event in union.counted()] == [key]
    refusal.stands = True
    assert list(union.counted()) == []
