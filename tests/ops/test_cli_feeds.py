"""The command about feeds: published into a stand-in PDS, listed and previewed, and what is wrong in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from collector.feeds.kept import FeedsFile
from ops.commands.demo import FEEDS as FEEDS_OF_DEMO
from tests.collector.frames import ALICE, BOB, key, post, post_uri
from tests.collector.rig import Rig
from tests.ops.command import Ended, skytally
from tests.ops.pds import DID, HANDLE, PASSWORD, StandIn, stand_in
from tests.web.official import installed, judged

FEEDS = """
[[feeds]]
id = "cats"
name = "Cats"
description = "Nothing but cats."
avatar = "cat.png"
keywords = { include = ["cat"] }
text_days = 1

[[feeds]]
id = "all"
name = "All"
"""
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
GENERATOR = "app.bsky.feed.generator"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "cat.png").write_bytes(PNG)
    (tmp_path / "feeds.toml").write_text(FEEDS)
    return tmp_path / "feeds.toml"


@pytest.fixture
def pds() -> Iterator[StandIn]:
    with stand_in() as found:
        yield found


def feeds(file: Path, *words: object, **variables: str) -> Ended:
    given = {
        "SKYTALLY_FEEDS": str(file), "SKYTALLY_FEED_PUBLISHER": DID, "SKYTALLY_PUBLIC_URL": "https://tally.example",
        "SKYTALLY_APP_PASSWORD": PASSWORD, **variables,
    }  # fmt: skip
    return skytally("feeds", *words, **given)


def test_feeds_are_published_once_and_unpublished(file: Path, pds: StandIn, request: pytest.FixtureRequest) -> None:
    at = ("--pds", pds.url, "--handle", HANDLE)
    uri = f"at://{DID}/{GENERATOR}"
    assert feeds(file, "publish", *at) == (0, f"{uri}/cats: new\n{uri}/all: new\n", "")
    record = dict(pds.records[GENERATOR, "cats"])
    assert record.pop("createdAt")
    assert pds.blobs[record.pop("avatar")["ref"]["$link"]] == PNG
    assert record == {
        "$type": GENERATOR, "did": "did:web:tally.example", "displayName": "Cats", "description": "Nothing but cats.",
    }  # fmt: skip
    first, before = pds.calls[:], dict(pds.records)
    pds.calls.clear()
    assert feeds(file, "publish", *at).out == f"{uri}/cats: as it was\n{uri}/all: as it was\n"
    assert pds.asked() == ["createSession", "getRecord", "getRecord"]
    file.write_text(FEEDS.replace("Nothing but cats.", "Cats only."))
    assert feeds(file, "publish", "cats", *at).out == f"{uri}/cats: changed\n"
    assert pds.asked()[3:] == ["createSession", "getRecord", "putRecord"]
    assert pds.records[GENERATOR, "cats"] == {**before[GENERATOR, "cats"], "description": "Cats only."}
    assert feeds(file, "unpublish", "cats", "cats", *at).out == f"{uri}/cats: deleted\n{uri}/cats: was not there\n"
    assert list(pds.records) == [(GENERATOR, "all")]
    assert judged(installed(request.config.cache.mkdir("atproto")), {"calls": first + pds.calls})["wrong"] == []


def test_what_is_wrong_with_publishing_is_one_line(file: Path, pds: StandIn) -> None:
    at = ("--pds", pds.url, "--handle", HANDLE)
    host = pds.url.removeprefix("http://")
    wrong = feeds(file, "publish", *at, SKYTALLY_APP_PASSWORD="hunter2")
    assert (wrong.code, "hunter2" in wrong.err) == (1, False)
    assert wrong.err.endswith(
        f"{host} refused com.atproto.server.createSession: AuthenticationRequired (Invalid identifier or password)\n"
    )
    for words, variables, says in (
        (("publish", *at), {"SKYTALLY_FEED_PUBLISHER": "did:plc:other"}, "me.example is did:plc:publisher; set"),
        (("publish", *at), {"SKYTALLY_PUBLIC_URL": ""}, "feeds are asked for at an https address"),
        (("publish", "dogs", *at), {}, "there is no feed dogs in the file; there are: cats, all"),
        (("publish", *at), {"SKYTALLY_FEEDS": ""}, "there is no file of feeds"),
        (("unpublish", *at), {}, "feeds unpublish takes some ID"),
        (("preview",), {}, "feeds preview takes one ID"),
    ):
        ended = feeds(file, *words, **variables)
        assert (ended.code, len(ended.err.splitlines())) == (2, 1), ended
        assert says in ended.err
    for url in ("http://pds.example", "pds.example", "ftp://pds.example", "https://pds.example:x"):
        ended = feeds(file, "unpublish", "cats", "--pds", url, "--handle", HANDLE)
        assert (ended.code, len(ended.err.splitlines())) == (2, 1), ended
    file.write_text("")
    ended = feeds(file, "publish", "cats", *at)
    assert (ended.code, pds.records) == (2, {})
    assert "there is no feed cats in the file; there are: none" in ended.err
    file.write_text(FEEDS + "colour = 1\n")
    assert "line 13: nothing is called colour" in feeds(file, "check").err


def test_feeds_are_listed_and_previewed(file: Path, conninfo: str, tmp_path: Path) -> None:
    with closing(Rig(conninfo, tmp_path)) as rig:
        FeedsFile(str(file)).store(rig.collector)
        rig.restart()
        rig.hand(post(ALICE, 1, text="a\ncat"), post(BOB, 2, text="a dog"), at=3)
        rig.fold()
        uri = f"at://{DID}/{GENERATOR}"
        assert feeds(file, "list", DATABASE_URL=conninfo).out == (
            f"cats  1 posts in a day, 1 ever  {uri}/cats\nall  2 posts in a day, 2 ever  {uri}/all\n"
        )
        nobodys = feeds(file, "list", DATABASE_URL=conninfo, SKYTALLY_FEED_PUBLISHER="").out
        assert nobodys.splitlines()[0] == "cats  1 posts in a day, 1 ever  (no SKYTALLY_FEED_PUBLISHER, so no address)"
        shown = feeds(file, "preview", "cats", DATABASE_URL=conninfo)
        assert shown.out == f"{post_uri(ALICE, key(1))}  a cat\n", shown
        both = feeds(file, "preview", "all", DATABASE_URL=conninfo).out
        assert both == f"{post_uri(BOB, key(2))}\n{post_uri(ALICE, key(1))}  a cat\n"
        assert feeds(file, "preview", "none", DATABASE_URL=conninfo).code == 2
        rig.owner.execute("update feed_text set langs = '{no}', detected = 'en', confidence = 0.9")
        assert feeds(file, "disagree", DATABASE_URL=conninfo).out == f"says no, is en (0.90)  {ALICE}  a cat\n"
        rig.owner.execute("update feed_text set detected = 'nb', text = e'a\\x1b[2J\\u202ecat\\u009b1m'")
        assert feeds(file, "disagree", DATABASE_URL=conninfo).out == ""
        shown = feeds(file, "preview", "cats", DATABASE_URL=conninfo)
        assert shown.out == f"{post_uri(ALICE, key(1))}  a [2J cat 1m\n"
        assert feeds(file, "preview", "cats", "--limit", "-1", DATABASE_URL=conninfo).code == 2


def test_the_feeds_of_the_demo_can_be_used() -> None:
    assert skytally("feeds", "check", SKYTALLY_FEEDS=str(FEEDS_OF_DEMO)).out.endswith(
        "demo.feeds.toml: japanese, described, rising: well-formed\n"
    )
