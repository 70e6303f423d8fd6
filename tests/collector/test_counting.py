"""The meaning of the numbers: what an event counts, and what its delete takes back."""

from __future__ import annotations

from tests.collector.frames import (
    ALICE,
    BOB,
    BOBS,
    CAROL,
    delete,
    follow,
    frame,
    key,
    like,
    mention,
    notice,
    post_uri,
    quote,
    reply,
)
from tests.collector.rig import Rig


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
