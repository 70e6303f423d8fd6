"""Which create a delete takes back, and what is lost with it, on frames written by hand."""

from __future__ import annotations

import random
from collections import Counter

from ops.audit.deliveries import deliveries
from ops.audit.recount import Recount, Sums, recount
from tests.ops.audit_lines import (
    ALICE,
    BOB,
    CAROL,
    DAY,
    FOLLOW,
    LIKE,
    MINUTE,
    NOW,
    POST,
    REPOST,
    START,
    about,
    answer,
    commit,
    delete,
    mention,
    quote,
    tid,
    uri,
)


def counted(*frames: bytes) -> Recount:
    return recount(deliveries(frames, NOW, lambda line: None).counted())


def flat(sums: Counter[tuple[object, ...]]) -> dict[object, int]:
    total: Counter[object] = Counter()
    for key, amount in sums.items():
        total[key[1:]] += amount
    return dict(total)


def losses(*frames: bytes) -> dict[int, int]:
    """How many likes Alice lost, by minutes after the start."""
    lost = counted(*frames).accounts.lost
    minutes = {key[0]: amount for key, amount in lost.items() if key[1:] == (ALICE, "likes")}
    return {
        after: minutes[START + after * MINUTE]
        for after in range(8 * 1_440)
        if START + after * MINUTE in minutes
    }


def liked(rev: str, at: int = START, of: str = BOB) -> bytes:
    """Alice likes a post, under the one record key of these tests."""
    return commit(ALICE, LIKE, "one", about(uri(of, tid("4"))), rev=tid(rev), at=at)


def unliked(rev: str, at: int = START) -> bytes:
    return delete(ALICE, LIKE, "one", rev=tid(rev), at=at)


class TestDeletes:
    def test_lose_in_their_own_minute_what_the_create_counted(self) -> None:
        total = counted(liked("3"), unliked("4", START + 2 * MINUTE))
        assert total.accounts.gained == {(START, ALICE, "likes"): 1, (START, BOB, "likes_received"): 1}
        assert total.accounts.lost == {
            (START + 2 * MINUTE, ALICE, "likes"): 1,
            (START + 2 * MINUTE, BOB, "likes_received"): 1,
        }
        assert total.posts.lost == {(START + 2 * MINUTE, BOB, 2, "likes_received"): 1}

    def test_of_posts_take_back_what_was_made_but_not_what_was_received(self) -> None:
        record = {
            "reply": answer(uri(BOB, tid("4"))),
            "embed": quote(uri(CAROL, tid("5"))),
            "facets": [mention(BOB)],
            "langs": ["ja"],
            "tags": ["cats"],
        }
        total = counted(
            commit(ALICE, POST, tid("7"), record),
            commit(BOB, LIKE, tid("7"), about(uri(ALICE, tid("7")))),
            delete(ALICE, POST, tid("7"), rev=tid("a")),
        )
        assert flat(total.accounts.lost) == {
            (ALICE, "replies"): 1,
            (ALICE, "quotes"): 1,
            (BOB, "replies_received"): 1,
            (CAROL, "quotes_received"): 1,
            (BOB, "mentions_received"): 1,
        }
        assert flat(total.posts.lost) == {(BOB, 2, "replies_received"): 1, (CAROL, 3, "quotes_received"): 1}
        assert flat(total.terms.lost) == {("language", "ja"): 1, ("hashtag", "cats"): 1}
        assert total.authors == {(START, "language", "ja", ALICE), (START, "hashtag", "cats", ALICE)}

    def test_of_the_unseen_lose_nothing(self) -> None:
        assert losses(unliked("4")) == {}
        assert losses(liked("5"), unliked("4")) == {}
        assert losses(liked("3"), delete(ALICE, LIKE, "two", rev=tid("4"))) == {}
        assert losses(liked("3"), delete(BOB, LIKE, "one", rev=tid("4"))) == {}
        assert losses(liked("3"), delete(ALICE, REPOST, "one", rev=tid("4"))) == {}

    def test_lose_the_latest_create_by_rev(self) -> None:
        total = counted(liked("3"), liked("4", of=CAROL), unliked("5"))
        assert flat(total.accounts.gained)[(ALICE, "likes")] == 2
        assert flat(total.accounts.lost) == {(ALICE, "likes"): 1, (CAROL, "likes_received"): 1}

    def test_lose_a_create_once(self) -> None:
        assert losses(liked("3"), unliked("4", START + MINUTE), unliked("5", START + 2 * MINUTE)) == {1: 1}

    def test_lose_each_life_of_a_record(self) -> None:
        assert losses(liked("3"), unliked("4"), liked("5"), unliked("6", START + MINUTE)) == {0: 1, 1: 1}

    def test_follow_the_revisions_in_any_order_of_arrival(self) -> None:
        frames = [
            liked("3", START + 3 * MINUTE),
            unliked("4", START),
            liked("5", START + 2 * MINUTE),
            liked("6"),
            unliked("7", START + MINUTE),
            liked("a"),
        ]
        for seed in range(20):
            random.Random(seed).shuffle(frames)
            assert losses(*frames) == {0: 1, 1: 1}

    def test_redelivered_lose_once(self) -> None:
        assert losses(liked("3"), liked("3", START + 1), unliked("4"), unliked("4", START + MINUTE)) == {0: 1}

    def test_are_not_stopped_by_updates(self) -> None:
        updated = commit(ALICE, LIKE, "one", about("x"), rev=tid("4"), operation="update")
        assert losses(liked("3"), updated, unliked("5")) == {0: 1}

    def test_know_creates_for_seven_days(self) -> None:
        assert losses(liked("3"), unliked("4", START + 7 * DAY)) == {7 * 1_440: 1}
        assert losses(liked("3"), unliked("4", START + 7 * DAY + 1)) == {}

    def test_of_follows_know_them_for_ever(self) -> None:
        total = counted(
            commit(ALICE, FOLLOW, tid("3"), {"subject": BOB}),
            delete(ALICE, FOLLOW, tid("3"), rev=tid("4"), at=START + 50 * DAY),
        )
        assert flat(total.accounts.lost) == {(ALICE, "follows"): 1, (BOB, "followers"): 1}

    def test_of_unknown_collections_lose_nothing(self) -> None:
        total = counted(
            commit(ALICE, "app.bsky.graph.block", tid("3"), {"subject": BOB}),
            delete(ALICE, "app.bsky.graph.block", tid("3"), rev=tid("4")),
        )
        assert total.accounts == Sums()
