"""What the AppView says and how: good answers, wrong ones, and none."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import orjson
import pytest

from collector.appview import AppView, AppViewTrouble, Said
from tests.collector.frames import ALICE, BOB

GOOD = {"did": ALICE, "handle": "alice.example", "displayName": "Alice", "followersCount": 7}


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
        Said(ALICE, "alice.example", "Alice", None, 7, unlisted=False),
        Said(BOB, "alice.example", "Alice", avatar, 7, unlisted=False),
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("handle", "handle.invalid"), ("handle", "no dots"), ("handle", "<b>.example"), ("handle", 7), ("handle", None),
        ("handle", "a." * 200 + "example"), ("handle", "alice"), ("displayName", 7), ("displayName", " \t "),
        ("avatar", "javascript:alert(1)"), ("avatar", "https://x/\n"), ("avatar", "https://x/" + "a" * 2000),
        ("followersCount", -1), ("followersCount", "7"), ("followersCount", True), ("followersCount", 1 << 63),
    ],
)  # fmt: skip
def test_a_field_that_is_ill_formed_is_as_if_absent(field: str, value: object) -> None:
    (found,) = said({**GOOD, field: value})
    names = {"displayName": "display_name", "followersCount": "followers"}
    assert getattr(found, names.get(field, field)) is None


def test_only_who_was_asked_about_counts_and_once() -> None:
    found = said(GOOD, {**GOOD, "handle": "other.example"}, {**GOOD, "did": "did:plc:" + "z" * 24})
    assert [(each.did, each.handle) for each in found] == [(ALICE, "alice.example")]


def test_an_account_s_own_label_is_its_wish_and_those_of_others_are_not() -> None:
    wish = {"src": ALICE, "val": "!no-unauthenticated"}
    labels = [[wish], [{**wish, "src": BOB}], [{**wish, "neg": True}], "x", [7]]
    assert [said({**GOOD, "labels": each})[0].unlisted for each in labels] == [True, False, False, False, False]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"profiles":7}', b'{"profiles":[7]}', b'{"profiles":[{}]}']
)
def test_an_answer_of_another_kind_is_trouble(body: bytes) -> None:
    with answering(body) as appview, pytest.raises(AppViewTrouble, match="something else than profiles"):
        appview.profiles([ALICE])


def test_trouble_says_what_it_is_and_for_how_long() -> None:
    for status, headers, message, retry_s in (
        (429, {"Retry_After": "120"}, "HTTP 429", 120.0),
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
