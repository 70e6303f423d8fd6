"""What a created record is about, to the audit: subjects, quotes, mentions; and what is as if absent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ops.audit.content import Content
from ops.audit.frames import Event, judge
from tests.ops.audit_lines import (
    ALICE,
    BOB,
    CAROL,
    FOLLOW,
    LIKE,
    NOW,
    POST,
    REPOST,
    about,
    answer,
    commit,
    mention,
    quote,
    quote_with_media,
    tid,
    uri,
)

UND = (("language", "und"),)
LIKED = about(uri(BOB, tid("4")))


def content(record: object, collection: str = POST) -> Content:
    """The content of a record that Alice created."""
    judged = judge(commit(ALICE, collection, tid("3"), record), NOW)
    assert isinstance(judged, Event)
    assert judged.content is not None
    return judged.content


def test_content_of_likes_and_reposts_is_the_post() -> None:
    assert content(LIKED, LIKE) == Content(subject=(BOB, 2))
    assert content(about(uri(BOB, "my-post")), REPOST) == Content(subject=(BOB, "my-post"))


@pytest.mark.parametrize(
    "other",
    [
        "",
        uri(BOB, tid("4"), "app.bsky.feed.generator"),
        uri("bob.example", tid("4")),
        uri(BOB, tid("4")) + "/x",
        uri(BOB, ""),
        uri(BOB, "a" * 513),
        uri(BOB, "a\0"),
        f"at://{BOB}/app.bsky.feed.post",
        f"https://bsky.app/profile/{BOB}/post/{tid('4')}",
        " " + uri(BOB, tid("4")),
    ],
)
def test_content_of_likes_of_anything_else_is_nothing(other: str) -> None:
    assert content(about(other), LIKE) == Content()


def test_content_of_follows_is_the_account() -> None:
    assert content({"subject": BOB}, FOLLOW) == Content(subject=(BOB, None))
    assert content({"subject": "bob.example"}, FOLLOW) == Content()


def test_content_of_replies_is_the_parent() -> None:
    made = content({"reply": answer(uri(BOB, tid("4"))), "langs": ["en"]})
    assert made == Content(subject=(BOB, 2), reply=True, terms=(("language", "en"),))
    assert content({"reply": answer("x"), "langs": ["en"]}) == Content(reply=True, terms=(("language", "en"),))


@pytest.mark.parametrize("ill", [None, "x", [], {}, {"parent": uri(BOB, "x")}, {"parent": {"uri": 5}}])
def test_content_of_posts_ignores_ill_typed_replies(ill: object) -> None:
    assert content({"reply": ill}) == Content(terms=UND)


@pytest.mark.parametrize("embed", [quote, quote_with_media])
def test_content_of_quotes_is_the_quoted_post(embed: Callable[[object], object]) -> None:
    def quoted(of: object) -> tuple[object, object]:
        made = content({"embed": embed(of)})
        return made.quote, made.quoted

    assert quoted(uri(BOB, tid("4"))) == (True, (BOB, 2))
    assert quoted(uri("bob.example", tid("4"))) == (True, None)
    assert quoted(uri(BOB, "x", "app.bsky.graph.list")) == (False, None)
    assert quoted(uri("", tid("4"))) == (False, None)
    assert quoted(5) == (False, None)


@pytest.mark.parametrize(
    "ill",
    [
        "x",
        {"$type": "app.bsky.embed.record"},
        {"$type": "app.bsky.embed.record", "record": uri(BOB, "x")},
        {"$type": "app.bsky.embed.external", "record": {"uri": uri(BOB, "x")}},
        {"record": {"uri": uri(BOB, "x")}},
        {"$type": "app.bsky.embed.recordWithMedia", "record": {"uri": uri(BOB, "x")}},
    ],
)
def test_content_of_posts_ignores_other_embeds(ill: object) -> None:
    assert content({"embed": ill}) == Content(terms=UND)


def test_content_of_mentions_is_each_did_once() -> None:
    facets = [mention(BOB, CAROL), mention(BOB), mention("bob.example", 5)]
    assert content({"facets": facets}).mentions == (BOB, CAROL)


def test_content_of_mentions_skips_what_is_ill_typed() -> None:
    link = {"features": [{"$type": "app.bsky.richtext.facet#link", "did": BOB}, {"did": BOB}, "x"]}
    assert content({"facets": [link, "x", {"features": "x"}, mention(CAROL)]}).mentions == (CAROL,)
    assert content({"facets": {"0": mention(BOB)}}).mentions == ()
