"""What delivered frames amount to: every rule of the meaning of the numbers, on frames written by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from ops.audit.deliveries import Deliveries, deliveries
from ops.audit.recount import Recount, Sums, recount
from tests.ops.audit_lines import (
    ALICE,
    BOB,
    CAROL,
    FOLLOW,
    LIKE,
    MINUTE,
    NOW,
    POST,
    REPOST,
    START,
    about,
    account,
    answer,
    commit,
    delete,
    identity,
    mention,
    quote,
    tid,
    uri,
)


def delivered(*frames: bytes) -> Deliveries:
    return deliveries(frames, NOW, lambda line: None)


def counted(*frames: bytes) -> Recount:
    return recount(delivered(*frames).counted())


def gains(*frames: bytes) -> tuple[dict[object, int], dict[object, int]]:
    """What accounts and posts gained, in whatever minute; nothing was lost."""
    total = counted(*frames)
    assert not total.accounts.lost
    assert not total.posts.lost
    return flat(total.accounts.gained), flat(total.posts.gained)


def flat(sums: Counter[tuple[object, ...]]) -> dict[object, int]:
    total: Counter[object] = Counter()
    for key, amount in sums.items():
        total[key[1:]] += amount
    return dict(total)


class TestMade:
    def test_likes_give_to_the_post_and_its_author(self) -> None:
        accounts, posts = gains(commit(ALICE, LIKE, tid("3"), about(uri(BOB, tid("4")))))
        assert accounts == {(ALICE, "likes"): 1, (BOB, "likes_received"): 1}
        assert posts == {(BOB, 2, "likes_received"): 1}

    def test_reposts_give_to_the_post_and_its_author(self) -> None:
        accounts, posts = gains(commit(ALICE, REPOST, tid("3"), about(uri(BOB, "my-post"))))
        assert accounts == {(ALICE, "reposts"): 1, (BOB, "reposts_received"): 1}
        assert posts == {(BOB, "my-post", "reposts_received"): 1}

    def test_follows_give_a_follower(self) -> None:
        accounts, posts = gains(commit(ALICE, FOLLOW, tid("3"), {"subject": BOB}))
        assert accounts == {(ALICE, "follows"): 1, (BOB, "followers"): 1}
        assert posts == {}

    def test_other_subjects_count_as_made_only(self) -> None:
        accounts, posts = gains(
            commit(ALICE, LIKE, tid("3"), about(uri(BOB, "cats", "app.bsky.feed.generator"))),
            commit(ALICE, REPOST, tid("4"), about(uri("bob.example", tid("4")))),
            commit(ALICE, FOLLOW, tid("5"), {"subject": "bob.example"}),
            commit(
                ALICE, POST, tid("6"), {"reply": answer("nothing"), "embed": quote(uri("bob.example", "x"))}
            ),
        )
        assert accounts == {
            (ALICE, "likes"): 1,
            (ALICE, "reposts"): 1,
            (ALICE, "follows"): 1,
            (ALICE, "replies"): 1,
            (ALICE, "quotes"): 1,
        }
        assert posts == {}

    def test_posts_give_nothing_but_mentions(self) -> None:
        accounts, posts = gains(commit(ALICE, POST, tid("3"), {"facets": [mention(BOB, CAROL, BOB)]}))
        assert accounts == {
            (ALICE, "posts"): 1,
            (BOB, "mentions_received"): 1,
            (CAROL, "mentions_received"): 1,
        }
        assert posts == {}

    def test_a_reply_that_quotes_and_mentions_counts_them_all(self) -> None:
        record = {
            "reply": answer(uri(BOB, tid("4"))),
            "embed": quote(uri(BOB, tid("5"))),
            "facets": [mention(BOB)],
        }
        accounts, posts = gains(commit(ALICE, POST, tid("7"), record))
        assert accounts == {
            (ALICE, "replies"): 1,
            (ALICE, "quotes"): 1,
            (BOB, "replies_received"): 1,
            (BOB, "quotes_received"): 1,
            (BOB, "mentions_received"): 1,
        }
        assert posts == {(BOB, 2, "replies_received"): 1, (BOB, 3, "quotes_received"): 1}

    def test_what_one_does_to_oneself_is_never_received(self) -> None:
        mine = uri(ALICE, tid("4"))
        accounts, posts = gains(
            commit(ALICE, LIKE, tid("3"), about(mine)),
            commit(ALICE, REPOST, tid("3"), about(mine)),
            commit(ALICE, FOLLOW, tid("3"), {"subject": ALICE}),
            commit(
                ALICE,
                POST,
                tid("3"),
                {"reply": answer(mine), "embed": quote(mine), "facets": [mention(ALICE)]},
            ),
        )
        assert accounts == {(ALICE, name): 1 for name in ("likes", "reposts", "follows", "replies", "quotes")}
        assert posts == {}

    def test_updates_and_unknown_collections_count_nothing(self) -> None:
        liked = about(uri(BOB, tid("4")))
        accounts, posts = gains(
            commit(ALICE, LIKE, tid("3"), liked, operation="update"),
            commit(ALICE, "app.bsky.feed.likes", tid("3"), liked),
            identity(ALICE, 5),
        )
        assert (accounts, posts) == ({}, {})

    def test_the_same_subject_twice_is_two_likes(self) -> None:
        liked = about(uri(BOB, tid("4")))
        accounts, _ = gains(commit(ALICE, LIKE, tid("3"), liked), commit(ALICE, LIKE, tid("5"), liked))
        assert accounts == {(ALICE, "likes"): 2, (BOB, "likes_received"): 2}


class TestMinutes:
    def test_are_those_of_the_stream_time(self) -> None:
        liked = about(uri(BOB, tid("4")))
        total = counted(
            commit(ALICE, LIKE, tid("3"), liked, at=START + MINUTE - 1),
            commit(ALICE, LIKE, tid("4"), liked, at=START + MINUTE),
        )
        assert total.accounts.gained == {
            (START, ALICE, "likes"): 1,
            (START, BOB, "likes_received"): 1,
            (START + MINUTE, ALICE, "likes"): 1,
            (START + MINUTE, BOB, "likes_received"): 1,
        }

    def test_of_the_network_hold_every_event_by_what_it_is(self) -> None:
        total = counted(
            commit(ALICE, LIKE, tid("3"), about("x")),
            commit(BOB, LIKE, tid("3"), about("x")),
            delete(BOB, LIKE, tid("3"), rev=tid("4"), at=START + MINUTE),
            commit(ALICE, "app.bsky.actor.profile", "self", operation="update", rev=tid("3")),
            commit(ALICE, "#identity", "self", rev=tid("3")),
            identity(ALICE, 5),
            account(ALICE, 6, True),
        )
        assert total.network == Sums(
            Counter(
                {
                    (START, LIKE, "c"): 2,
                    (START + MINUTE, LIKE, "d"): 1,
                    (START, "app.bsky.actor.profile", "u"): 1,
                    (START, "#identity", "c"): 1,
                    (START, "#identity", "e"): 1,
                    (START, "#account", "e"): 1,
                }
            )
        )

    def test_are_those_of_the_log_row_where_it_is_known(self) -> None:
        union = delivered(
            commit(ALICE, FOLLOW, tid("3"), {"subject": "x"}),
            commit(ALICE, FOLLOW, tid("3"), {"subject": "x"}, at=START + MINUTE),
        )
        (event,) = union.events.values()
        assert event.times == (START, START + MINUTE)
        assert recount(union.counted()).accounts.gained == {(START, ALICE, "follows"): 1}
        event.logged = START + MINUTE
        assert recount(union.counted()).accounts.gained == {(START + MINUTE, ALICE, "follows"): 1}


class TestTerms:
    def test_count_posts_and_replies_once_each(self) -> None:
        total = counted(
            commit(ALICE, POST, tid("3"), {"langs": ["en-US", "en", "de"]}),
            commit(BOB, POST, tid("3"), {"langs": ["en"], "reply": answer("x"), "text": "🐈🐈", "tags": ["a"]}),
            commit(CAROL, POST, tid("3"), {}),
            delete(BOB, POST, tid("3"), rev=tid("4"), at=START + MINUTE),
            commit(ALICE, LIKE, tid("3"), about("x") | {"langs": ["fr"], "tags": ["a"], "text": "🐈"}),
            commit(ALICE, POST, tid("5"), {"langs": ["fr"]}, operation="update"),
        )
        assert total.terms == Sums(
            Counter(
                {
                    (START, "language", "en"): 2,
                    (START, "language", "de"): 1,
                    (START, "language", "und"): 1,
                    (START, "emoji", "🐈"): 1,
                    (START, "hashtag", "a"): 1,
                }
            ),
            Counter(
                {
                    (START + MINUTE, "language", "en"): 1,
                    (START + MINUTE, "emoji", "🐈"): 1,
                    (START + MINUTE, "hashtag", "a"): 1,
                }
            ),
        )


class TestAuthors:
    EN, DE = ("language", "en"), ("language", "de")

    def test_are_distinct_by_minute_and_term(self) -> None:
        total = counted(
            commit(ALICE, POST, tid("3"), {"langs": ["en", "de"]}),
            commit(ALICE, POST, tid("4"), {"langs": ["en"]}),
            commit(BOB, POST, tid("3"), {"langs": ["en"]}),
            commit(ALICE, POST, tid("5"), {"langs": ["en"]}, at=START + MINUTE),
        )
        assert total.authors == {
            (START, *self.EN, ALICE),
            (START, *self.DE, ALICE),
            (START, *self.EN, BOB),
            (START + MINUTE, *self.EN, ALICE),
        }

    def test_stay_when_the_post_goes(self) -> None:
        total = counted(
            commit(ALICE, POST, tid("3"), {"langs": ["en"]}),
            delete(ALICE, POST, tid("3"), rev=tid("4")),
            commit(BOB, POST, tid("3"), {"langs": ["de"]}),
            delete(BOB, POST, tid("3"), rev=tid("4"), at=START + MINUTE),
        )
        assert total.authors == {(START, *self.EN, ALICE), (START, *self.DE, BOB)}

    def test_are_those_of_the_minute_in_the_log(self) -> None:
        union = delivered(
            commit(ALICE, POST, tid("3"), {"langs": ["en"]}),
            commit(ALICE, POST, tid("3"), {"langs": ["en"]}, at=START + MINUTE),
        )
        (event,) = union.events.values()
        event.logged = START + MINUTE
        assert recount(union.counted()).authors == {(START + MINUTE, *self.EN, ALICE)}


class TestStatuses:
    def test_are_the_latest_by_time_and_seq(self) -> None:
        def statuses(*frames: bytes) -> dict[str, tuple[bool, str | None]]:
            return {did: (last.active, last.status) for did, last in counted(*frames).statuses.items()}

        gone = account(ALICE, 9, False, status="deactivated", time="2026-07-04T14:00:00Z")
        back = account(ALICE, 5, True, time="2026-07-04T14:00:01Z")
        again = account(ALICE, 6, False, status="deleted", time="2026-07-04T14:00:01Z")
        assert statuses(gone) == {ALICE: (False, "deactivated")}
        assert statuses(gone, back) == statuses(back, gone) == {ALICE: (True, None)}
        assert statuses(again, gone, back) == {ALICE: (False, "deleted")}

    def test_fall_back_on_the_stream_time(self) -> None:
        early = account(ALICE, 9, False, time="2026-07-04T14:00:00Z")
        late = account(ALICE, 5, True, time="some day", at=START)  # 14:38
        assert counted(late, early).statuses[ALICE].active is True

    def test_fall_back_on_the_stream_time_of_the_log(self) -> None:
        union = delivered(account(ALICE, 5, True), account(ALICE, 5, True, at=START + MINUTE))
        union.events[ALICE, 5, "#account", None].logged = START + MINUTE
        assert recount(union.counted()).statuses[ALICE] == (START + MINUTE, 5, True, None)


def by_operation(total: Recount, names: Iterable[str]) -> dict[str, int]:
    return {
        name: sum(count for key, count in total.network.gained.items() if f"{key[1]} {key[2]}" == name)
        for name in names
    }


def test_recorded_network_data_amounts_to_what_it_is_known_to_hold(recorded: Path) -> None:
    corpus = recorded / "jetstream-corpus-2026-07-04" / "expected_v1.jsonl"
    union = delivered(*corpus.read_bytes().splitlines())
    total = recount(union.counted())
    assert (union.frames, len(union.events), len(union.refusals)) == (152, 152, 0)
    assert total.network.gained.total() == 152
    assert by_operation(total, {f"{key[1]} {key[2]}" for key in total.network.gained}) == {
        f"{LIKE} c": 105,
        f"{POST} c": 17,
        f"{POST} d": 1,
        f"{REPOST} c": 15,
        f"{FOLLOW} c": 6,
        f"{FOLLOW} d": 3,
        "app.bsky.graph.block c": 1,
        "app.bsky.actor.status u": 1,
        "fm.teal.alpha.actor.status u": 1,
        "#identity e": 1,
        "#account e": 1,
    }
    made = Counter[object]()
    for key, amount in total.accounts.gained.items():
        made[key[2]] += amount
    assert {name: made[name] for name in ("likes", "posts", "replies", "reposts", "follows")} == {
        "likes": 105,
        "posts": 9,
        "replies": 8,
        "reposts": 15,
        "follows": 6,
    }
    assert not total.accounts.lost
    assert not total.posts.lost
    assert not total.terms.lost
    assert sum(amount for key, amount in total.terms.gained.items() if key[1] == "language") >= 17
