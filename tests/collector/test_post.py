"""What a post says, and what is treated as absent."""

from __future__ import annotations

from typing import Any

import pytest

from collector.event import PostDetail
from collector.post import post_detail, subject_of_reply
from collector.terms import Dimension
from tests.collector.frames import ALICE, BOB, CAROL, key, post_uri

PARENT = post_uri(BOB, key(1))
QUOTED = post_uri(CAROL, key(2))
PLAIN = PostDetail(False, False, None, None, (), ((Dimension.LANGUAGE, "und"),), 0)


def mention(did: Any, kind: str = "app.bsky.richtext.facet#mention") -> dict[str, Any]:
    return {"index": {"byteStart": 0, "byteEnd": 1}, "features": [{"$type": kind, "did": did}]}


def test_a_plain_post_says_nothing() -> None:
    assert post_detail({"text": "hello"}) == PLAIN


def test_a_reply_has_its_parent_as_subject() -> None:
    record = {"reply": {"root": {"uri": QUOTED}, "parent": {"uri": PARENT}}}
    assert post_detail(record).reply
    assert subject_of_reply(record) == (BOB, key(1))


def test_a_reply_to_what_is_no_post_is_a_reply_without_subject() -> None:
    record = {"reply": {"parent": {"uri": f"at://bob.example/app.bsky.feed.post/{key(1)}"}}}
    assert post_detail(record).reply
    assert subject_of_reply(record) == (None, None)


@pytest.mark.parametrize("reply", [None, "x", [], {}, {"parent": PARENT}, {"parent": {}}, {"parent": {"uri": 7}}])
def test_an_ill_typed_reply_is_as_if_absent(reply: Any) -> None:
    assert post_detail({"reply": reply}) == PLAIN
    assert subject_of_reply({"reply": reply}) == (None, None)


@pytest.mark.parametrize(
    "embed",
    [
        {"$type": "app.bsky.embed.record", "record": {"uri": QUOTED}},
        {"$type": "app.bsky.embed.recordWithMedia", "record": {"record": {"uri": QUOTED}}, "media": {}},
    ],
)
def test_a_quote_names_the_quoted_post(embed: dict[str, Any]) -> None:
    assert post_detail({"embed": embed}) == PLAIN._replace(quote=True, quote_did=CAROL, quote_rkey=key(2))


def test_a_quote_of_a_post_by_its_handle_is_made_only() -> None:
    embed = {"$type": "app.bsky.embed.record", "record": {"uri": f"at://carol.example/app.bsky.feed.post/{key(2)}"}}
    assert post_detail({"embed": embed}) == PLAIN._replace(quote=True)


@pytest.mark.parametrize(
    "embed",
    [
        7, [], {}, {"$type": "app.bsky.embed.images", "record": {"uri": QUOTED}},
        {"$type": ["app.bsky.embed.record"], "record": {"uri": QUOTED}},
        {"$type": "app.bsky.embed.record", "record": {"uri": f"at://{CAROL}/app.bsky.graph.list/x"}},
        {"$type": "app.bsky.embed.record", "record": {"record": {"uri": QUOTED}}},
        {"$type": "app.bsky.embed.recordWithMedia", "record": {"uri": QUOTED}},
        {"$type": "app.bsky.embed.record", "record": QUOTED},
    ],
)  # fmt: skip
def test_any_other_embed_is_no_quote(embed: Any) -> None:
    assert post_detail({"embed": embed}) == PLAIN


def test_each_mentioned_account_is_named_once() -> None:
    record = {"facets": [mention(BOB), mention(ALICE), mention(BOB), mention("nobody"), mention(7), 7, {"features": 7},
                         mention(CAROL, "app.bsky.richtext.facet#link")]}  # fmt: skip
    assert post_detail(record).mentions == (BOB, ALICE)
