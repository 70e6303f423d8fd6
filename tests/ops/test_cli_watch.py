"""Counts and events in a terminal, as they come: what is printed, and that it is all there is."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import closing, redirect_stdout
from pathlib import Path
from typing import Any

import orjson
import pytest

from ops.cli import main
from ops.counts import counts
from ops.filters import filter_of
from ops.screen import line, table
from tests.collector.frames import ALICE, BOB, BOBS, CAROL, follow, frame, key, like, notice, post, post_uri, reply
from tests.collector.rig import Rig
from tests.ops.command import skytally
from web.watching import Watch


@pytest.fixture
def rig(conninfo: str, tmp_path: Path) -> Iterator[Rig]:
    with closing(Rig(conninfo, tmp_path)) as found:
        yield found


FACETS = [{"index": {"byteStart": 0, "byteEnd": 1}, "features": [
    {"$type": "app.bsky.richtext.facet#tag", "tag": "Cats"},
    {"$type": "app.bsky.richtext.facet#link", "uri": "https://www.example.org/a"},
]}]  # fmt: skip


def some(rig: Rig) -> None:
    """What happens between two looks."""
    rig.hand(
        post(ALICE, 1, langs=["ja", "en"], facets=FACETS), post(BOB, 2, langs=["en"]), post(CAROL, 3),
        like(BOBS, ALICE, 4), follow(BOB, ALICE, 5), notice("identity", BOB, 6, handle="bob.example"), at=6,
    )  # fmt: skip
    rig.hand(frame("post", ALICE, 7, rkey=key(1), operation="delete"), reply(BOBS, BOB, 8, langs=["fr"]), at=8)


def watched(rig: Rig, monkeypatch: pytest.MonkeyPatch, *words: str, between: Callable[[Rig], None] = some) -> list[str]:
    """The lines of the second of two looks, with something between them."""
    monkeypatch.setattr(time, "sleep", lambda _: between(rig))
    monkeypatch.setenv("DATABASE_URL", rig.conninfo)
    out = io.StringIO()
    with redirect_stdout(out):
        assert main(["watch", *words, "--looks", "2"]) == 0
    return out.getvalue().splitlines()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("--by language", {"en": 1, "fr": 1, "ja": 1, "und": 1}),
        ("--by language --all-languages", {"en": 2, "fr": 1, "ja": 1, "und": 1}),
        ("--by language --operation delete", {"ja": 1}),
        ("--by hashtag", {"#cats": 1}),
        ("--by domain", {"example.org": 1}),
        ("--by collection --operation delete", {"app.bsky.feed.post": 1}),
        ("--by collection --operation event", {"#identity": 1}),
        ("--by operation", {"create": 6, "delete": 1, "event": 1}),
        ("--by language --filter actor=@Bob.example", {"en": 1, "fr": 1}),
        (f"--by operation --filter actor={ALICE}", {"create": 3, "delete": 1}),
        ("--by operation --filter language=ja", {"create": 1, "delete": 1}),
        ("--by collection --filter collection=app.bsky.feed.*", {"app.bsky.feed.like": 1, "app.bsky.feed.post": 4}),
    ],
)
def test_counts_since_startup(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, words: str, found: dict[str, int]
) -> None:
    rig.hand(post(ALICE, langs=["de"]))  # before anybody watched
    lines = [text.split() for text in watched(rig, monkeypatch, *words.split())]
    assert {words[0]: int(words[-4]) for words in lines} == found


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("language", "create", "ja", 1204), "ja has posted 1,204 times since startup"),
        (("language", "create", "ja", 1), "ja has posted 1 time since startup"),
        (("language", "delete", "ja", 2), "ja has taken back 2 posts since startup"),
        (("hashtag", "create", "cats", 2), "#cats has been posted 2 times since startup"),
        (("hashtag", "delete", "cats", 1), "#cats has been taken back 1 time since startup"),
        (("domain", "create", "example.org", 2), "example.org has been linked 2 times since startup"),
        (("collection", "delete", "a.b.c", 2), "a.b.c has been deleted 2 times since startup"),
        (("collection", "event", "#sync", 2), "#sync has happened 2 times since startup"),
        (("operation", "create", "update", 2), "update has happened 2 times since startup"),
    ],
)
def test_a_line_of_a_count(given: tuple[str, str, str, int], said: str) -> None:
    by, operation, key, n = given
    assert line(Watch(by, operation), key, n) == said


def test_counts_as_json(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    _, said = map(orjson.loads, watched(rig, monkeypatch, "--by", "language", "--json"))
    assert said["rate_per_second"] > 0
    assert {name: said[name] for name in ("by", "counts", "new")} == {
        "by": "language", "counts": {"ja": 1, "en": 1, "und": 1, "fr": 1}, "new": {"ja": 1, "en": 1, "und": 1, "fr": 1}
    }  # fmt: skip
    assert said["time"].endswith("Z")


def events(rig: Rig, monkeypatch: pytest.MonkeyPatch, *words: str) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in watched(rig, monkeypatch, "--subscribe", *words)]


def test_events_as_they_come(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    found = events(rig, monkeypatch)
    assert len(found) == 8
    assert found[0] == {
        "time": "2026-07-04T12:00:00.001000Z", "did": ALICE, "operation": "create",
        "collection": "app.bsky.feed.post", "rkey": key(1), "uri": post_uri(ALICE, key(1)),
        "languages": ["ja", "en"], "hashtags": ["cats"], "links": ["https://www.example.org/a"],
        "domains": ["example.org"],
    }  # fmt: skip
    assert [found[at].get("subject") for at in (3, 4, 7)] == [BOBS, BOB, BOBS]
    assert found[5] == {
        "time": "2026-07-04T12:00:00.006000Z", "did": BOB, "handle": "bob.example", "operation": "event",
        "collection": "#identity",
    }  # fmt: skip
    assert (found[6]["operation"], found[6]["languages"]) == ("delete", ["ja", "en"])
    assert found[7]["reply"] is True


@pytest.mark.parametrize(
    ("words", "rkeys"),
    [
        (("--filter", "language=en"), [key(1), key(2), key(1)]),
        (("--filter", "language=en", "--filter", "language=fr", "--operation", "create"), [key(1), key(2), key(8)]),
        (("--filter", "collection=app.bsky.graph.*"), [key(5)]),
        (("--filter", f"actor={CAROL}", "--filter", "collection=app.bsky.feed.post"), [key(3)]),
        (("--filter", f"actor={CAROL}", "--filter", "collection=app.bsky.feed.like"), []),
    ],
)
def test_events_of_a_filter(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], rkeys: list[str]
) -> None:
    assert [event["rkey"] for event in events(rig, monkeypatch, *words)] == rkeys


def test_an_event_that_comes_late_is_seen_when_it_comes(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.hand(post(ALICE, 90_000), post(BOB, 1), at=90_000)

    def late(rig: Rig) -> None:
        rig.hand(post(ALICE, 2, langs=["en"]), post(BOB, 95_000), at=95_000)

    found = [orjson.loads(line) for line in watched(rig, monkeypatch, "--subscribe", between=late)]
    assert [event["rkey"] for event in found] == [key(2), key(95_000)]


def test_a_table_of_counts(rig: Rig) -> None:
    found = counts(rig.owner, Watch("language", "create", "first"), filter_of([], None))
    assert table(found, 80, 24)[3:] == ["Nothing has come yet."]
    some(rig)
    found.look()
    found.look()
    head, bars, _, *body = table(found, 60, 24)
    assert head.startswith("4 by language in 0 s   ")
    assert bars == "█▁"
    assert [text.split()[:2] for text in body] == [["en", "1"], ["fr", "1"], ["ja", "1"], ["und", "1"]]
    assert all(len(text) < 60 and text.endswith("█▁") for text in body)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "say what to watch: one of --by, --subscribe and --levels"),
        (("--by", "language", "--subscribe"), "say what to watch"),
        (("--by", "hashtag", "--all-languages"), "--all-languages goes with --by language"),
        (("--by", "hashtag", "--operation", "update"), "allowed: create, delete"),
        (("--by", "operation", "--operation", "delete"), "--by operation has all of them"),
        (("--subscribe", "--filter", "lang=ja"), "allowed: collection=X, language=X, actor=X"),
        (("--levels", "--json"), "--levels takes none of"),
    ],
)
def test_what_can_not_be_watched(rig: Rig, words: tuple[str, ...], says: str) -> None:
    code, out, err = skytally("watch", *words, DATABASE_URL=rig.conninfo)
    assert (code, out, says in err) == (2, "", True), err
