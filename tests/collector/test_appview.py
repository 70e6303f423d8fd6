"""What the AppView says of accounts and posts, and how: good answers, wrong ones, and none."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import orjson
import pytest

from collector.appview import AppView, AppViewTrouble, Said
from collector.post_view import PostSaid
from tests.collector.frames import ALICE, BOB, key, post_uri

GOOD = {"did": ALICE, "handle": "alice.example", "displayName": "Alice", "followersCount": 7, "postsCount": 9}
ALICES, BOBS = post_uri(ALICE, key(1)), post_uri(BOB, key(2))
VIEW = {"uri": ALICES, "author": {"did": ALICE}, "record": {"text": "Hello\nthere"}, "labels": [], "likeCount": 7}


@contextmanager
def answering(body: bytes, status: int = 200, **headers: str) -> Iterator[AppView]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        with closing(AppView(f"http://127.0.0.1:{server.server_port}", "test")) as appview:
            yield appview
    finally:
        server.shutdown()
        server.server_close()


def said(*profiles: Any) -> list[Said]:
    with answering(orjson.dumps({"profiles": profiles})) as appview:
        return appview.profiles([ALICE, BOB])


def test_what_is_well_formed_is_taken_as_it_is() -> None:
    avatar = "https://cdn.example/img/a.jpg"
    assert said(GOOD, {**GOOD, "did": BOB, "avatar": avatar}) == [
        Said(ALICE, "alice.example", "Alice", None, 7, 9, unlisted=False),
        Said(BOB, "alice.example", "Alice", avatar, 7, 9, unlisted=False),
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("handle", "handle.invalid"), ("handle", "no dots"), ("handle", "<b>.example"), ("handle", 7), ("handle", None),
        ("handle", "a." * 200 + "example"), ("handle", "alice"), ("displayName", 7), ("displayName", " \t "),
        ("avatar", "javascript:alert(1)"), ("avatar", "https://x/\n"), ("avatar", "https://x/" + "a" * 2000),
        ("followersCount", -1), ("followersCount", "7"), ("followersCount", True), ("followersCount", 1 << 63),
        ("postsCount", -1), ("postsCount", 7.5),
    ],
)  # fmt: skip
def test_a_field_that_is_ill_formed_is_as_if_absent(field: str, value: object) -> None:
    (found,) = said({**GOOD, field: value})
    names = {"displayName": "display_name", "followersCount": "followers", "postsCount": "posts"}
    assert getattr(found, names.get(field, field)) is None


def test_only_who_was_asked_about_counts_and_once() -> None:
    found = said(GOOD, {**GOOD, "handle": "other.example"}, {**GOOD, "did": "did:plc:" + "z" * 24})
    assert [(each.did, each.handle) for each in found] == [(ALICE, "alice.example")]


def test_an_account_s_own_label_is_its_wish_and_those_of_others_are_not() -> None:
    wish = {"src": ALICE, "val": "!no-unauthenticated"}
    labels = [[wish], [{**wish, "src": BOB}], [{**wish, "neg": True}], "x", [7]]
    assert [said({**GOOD, "labels": each})[0].unlisted for each in labels] == [True, False, False, False, False]


def text(*views: Any) -> list[PostSaid]:
    with answering(orjson.dumps({"posts": views})) as appview:
        return appview.posts([ALICES, BOBS])


def test_what_a_post_says_is_taken_as_it_is() -> None:
    gated = {**VIEW, "uri": BOBS, "threadgate": {"uri": "at://gate"}, "author": {"did": BOB, "labels": []}}
    assert text(gated, VIEW) == [PostSaid(BOBS, "Hello\nthere"), PostSaid(ALICES, "Hello\nthere")]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("", ""), ("a\x00b", "a\ufffdb"), ("猫" * 4000, "猫" * 3000), ("\u202e<b>", "\u202e<b>"), (None, None),
        (7, None), (["x"], None),
    ],
)  # fmt: skip
def test_a_text_is_a_text_without_nul_and_no_longer_than_texts_may_be(said: Any, kept: str | None) -> None:
    assert text({**VIEW, "record": {"text": said}}) == [PostSaid(ALICES, kept)]


@pytest.mark.parametrize(
    "said", [{"record": None}, {"record": "Hello"}, {"record": {}}, {"author": None}, {"author": "alice"}]
)
def test_a_post_that_is_not_whole_says_nothing(said: dict[str, Any]) -> None:
    assert text({**VIEW, **said}) == [PostSaid(ALICES, None)]


def test_only_posts_that_were_asked_about_count_and_once() -> None:
    others = {**VIEW, "uri": post_uri(ALICE, key(3))}
    assert text(others, VIEW, {**VIEW, "record": {"text": "again"}}) == [PostSaid(ALICES, "Hello\nthere")]


ADULT = ("porn", "sexual", "nudity", "graphic-media", "!hide", "!warn", "!no-unauthenticated", "some-labellers-own")


@pytest.mark.parametrize("value", ADULT)
@pytest.mark.parametrize("src", [ALICE, "did:plc:labeller"])
def test_a_text_that_anybody_has_labelled_is_not_taken(value: str, src: str) -> None:
    label = {"src": src, "uri": ALICES, "val": value}
    itself = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": value}]}
    for labelled in (
        {"labels": [label]}, {"labels": [{**label, "neg": True}, label]}, {"labels": [{**label, "neg": False}]},
        {"author": {"did": ALICE, "labels": [label]}}, {"record": {**VIEW["record"], "labels": itself}},  # type: ignore[dict-item]
    ):  # fmt: skip
        assert text({**VIEW, **labelled}) == [PostSaid(ALICES, None)]
    for not_so in (
        {"labels": [{**label, "neg": True}]}, {"labels": None},
        {"record": {**VIEW["record"], "labels": {**itself, "values": []}}},  # type: ignore[dict-item]
    ):  # fmt: skip
        assert text({**VIEW, **not_so}) == [PostSaid(ALICES, "Hello\nthere")]


@pytest.mark.parametrize("labels", [7, "porn", ["porn"], [None], {"values": 7}, {"values": ["porn"]}])
def test_what_can_not_be_read_may_be_a_label(labels: Any) -> None:
    assert text({**VIEW, "labels": labels}) == [PostSaid(ALICES, None)]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"posts":7}', b'{"posts":[7]}', b'{"posts":[{}]}', b'{"posts":[{"uri":[]}]}']
)
def test_an_answer_that_is_no_posts_is_trouble(body: bytes) -> None:
    with answering(body) as appview, pytest.raises(AppViewTrouble, match="something else than posts"):
        appview.posts([ALICES])


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"profiles":7}', b'{"profiles":[7]}', b'{"profiles":[{}]}']
)
def test_an_answer_of_another_kind_is_trouble(body: bytes) -> None:
    with answering(body) as appview, pytest.raises(AppViewTrouble, match="something else than profiles"):
        appview.profiles([ALICE])


def test_trouble_says_what_it_is_and_for_how_long() -> None:
    for status, headers, message, retry_s in (
        (429, {"Retry_After": "120"}, r"HTTP 429 to app\.bsky\.actor\.getProfiles", 120.0),
        (502, {}, "HTTP 502", 30.0),
        (503, {"Retry_After": "999999"}, "HTTP 503", 3600.0),
        (302, {"Location": "http://127.0.0.1:1/"}, "HTTP 302", 30.0),
    ):
        with answering(b"x", status, **headers) as appview, pytest.raises(AppViewTrouble, match=message) as found:
            appview.profiles([ALICE])
        assert found.value.retry_s == retry_s


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    with answering(b" " * (2 << 20)) as appview, pytest.raises(AppViewTrouble, match="more than a megabyte"):
        appview.profiles([ALICE])


def test_nobody_there_is_trouble_and_a_later_question_is_a_new_one() -> None:
    appview = AppView("http://127.0.0.1:1", "test")
    for _ in range(2):
        with pytest.raises(AppViewTrouble, match="does not answer"):
            appview.profiles([ALICE])
