"""One frame in: an event, nothing, or a reason for the quarantine."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from collector.decode import decode
from collector.errors import BadFrame
from collector.event import Event, Notice
from tests.collector.frames import (
    ALICE,
    BOB,
    CAROL,
    NOON_US,
    delete,
    follow,
    frame,
    key,
    like,
    message,
    notice,
    post,
    post_uri,
)

LATEST_US = NOON_US + 300_000_000


def event(data: bytes) -> Event:
    found = decode(data, LATEST_US)
    assert found is not None
    return found


def changed(path: str, value: Any) -> bytes:
    """A like's frame with one field replaced; `...` takes the field away."""
    whole = message("like", subject={"uri": post_uri(BOB, key(1)), "cid": "bafy"})
    inner: Any = whole
    *parents, last = path.split(".")
    for parent in parents:
        inner = inner[parent]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return orjson.dumps(whole)


def test_a_like_names_the_post_and_its_author() -> None:
    found = event(like(post_uri(BOB, key(7)), at=9))
    assert found[:8] == (
        NOON_US + 9000, ALICE, "c", found.rev, "app.bsky.feed.like", key(9), BOB, key(7),
    )  # fmt: skip
    assert found.post is None
    assert found.said is None


@pytest.mark.parametrize(
    "uri",
    [
        f"at://{BOB}/app.bsky.feed.generator/{key(1)}",
        f"at://bob.example/app.bsky.feed.post/{key(1)}",
        f"at://{BOB}/app.bsky.feed.post/{key(1)}/more",
        f"at://{BOB}/app.bsky.feed.post/",
        f"https://{BOB}/app.bsky.feed.post/{key(1)}",
        "",
        "\u0000",
    ],
)
def test_another_subject_than_a_post_is_made_only(uri: str) -> None:
    found = event(like(uri))
    assert (found.subject_did, found.subject_rkey) == (None, None)


def test_a_follow_names_the_account_and_any_other_text_names_none() -> None:
    assert event(follow(CAROL)).subject_did == CAROL
    assert event(follow("carol.example")).subject_did is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b'{"did":"\\ud800"}', "not_json"),
        (b'{"did":"\xff"}', "not_json"),
        (b"[" * 5000, "not_json"),
        (b"[]", "not_an_object"),
        (changed("kind", "surprise"), "kind_unknown"),
        (changed("kind", ...), "kind_unknown"),
        (changed("kind", ["commit"]), "kind_unknown"),
        (changed("did", ...), "did_invalid"),
        (changed("did", 7), "did_invalid"),
        (changed("did", "alice.example"), "did_invalid"),
        (changed("did", "did:plc:" + "a" * 2048), "did_invalid"),
        (changed("did", "did:plc:a\u0000b"), "did_invalid"),
        (changed("time_us", ...), "time_invalid"),
        (changed("time_us", "1783166400000000"), "time_invalid"),
        (changed("time_us", True), "time_invalid"),
        (changed("time_us", 1783166400.5), "time_invalid"),
        (changed("time_us", 5), "time_invalid"),
        (like("").replace(str(NOON_US).encode(), b"9" * 30), "time_invalid"),
        (changed("time_us", LATEST_US + 1), "time_in_future"),
        (changed("commit", ...), "commit_missing"),
        (changed("commit.rev", ...), "rev_invalid"),
        (changed("commit.rev", "not a tid"), "rev_invalid"),
        (changed("commit.rev", "zzzzzzzzzzzzz"), "rev_invalid"),
        (changed("commit.collection", ...), "collection_invalid"),
        (changed("commit.collection", "a" * 513), "collection_invalid"),
        (changed("commit.rkey", ...), "rkey_invalid"),
        (changed("commit.rkey", ""), "rkey_invalid"),
        (changed("commit.rkey", "a/b"), "rkey_invalid"),
        (changed("commit.rkey", 7), "rkey_invalid"),
        (changed("commit.operation", ...), "operation_unknown"),
        (changed("commit.operation", "upsert"), "operation_unknown"),
        (changed("commit.operation", ["create"]), "operation_unknown"),
        (changed("commit.record", ...), "record_missing"),
        (changed("commit.record", []), "record_missing"),
        (changed("commit.record.subject", ...), "subject_missing"),
        (changed("commit.record.subject", post_uri(BOB, key(1))), "subject_missing"),
        (changed("commit.record.subject.uri", 7), "subject_missing"),
        (follow({"did": BOB}), "subject_missing"),
        (notice("identity", seq=-1), "seq_invalid"),
        (notice("identity", seq=2**63), "seq_invalid"),
        (notice("account"), "active_invalid"),
        (notice("account", active="yes"), "active_invalid"),
    ],
)  # fmt: skip
def test_what_a_key_or_a_subject_needs_is_refused_when_it_is_wrong(data: bytes, reason: str) -> None:
    with pytest.raises(BadFrame) as refused:
        decode(data, LATEST_US)
    assert refused.value.reason == reason


def test_a_refused_event_has_its_key_where_the_key_is_whole() -> None:
    for field, value in (("time_us", LATEST_US + 1), ("commit.record.subject", 1), ("commit.operation", "?")):
        with pytest.raises(BadFrame) as refused:
            decode(changed(field, value), LATEST_US)
        assert refused.value.key is not None
        assert refused.value.key.did == ALICE
    with pytest.raises(BadFrame) as refused:
        decode(changed("commit.rkey", ...), LATEST_US)
    assert refused.value.key is None


def test_a_frame_above_the_limit_is_refused() -> None:
    data = post(text="x" * 2000)
    assert decode(data, LATEST_US, len(data)) is not None
    with pytest.raises(BadFrame, match="too_large"):
        decode(data, LATEST_US, len(data) - 1)


def test_updates_deletes_and_unknown_collections_need_no_record() -> None:
    assert event(delete("like", key(1))).operation == "d"
    assert event(frame("like", operation="update", subject=7)).operation == "u"
    assert event(frame("com.example.thing", subject=7)).collection == "com.example.thing"


def test_a_heartbeat_is_no_event() -> None:
    assert decode(b'{"kind":"heartbeat"}', LATEST_US) is None
    with pytest.raises(BadFrame, match="kind_unknown"):
        decode(b'{"kind":"heartbeat","did":"did:plc:a"}', LATEST_US)


def test_an_account_event_says_a_state_and_an_identity_event_a_handle() -> None:
    found = event(notice("account", seq=31_527_015_322, active=False, status="taken\u0000down"))
    assert (found.operation, found.collection, found.rev, found.rkey) == (
        "e", "#account", 31_527_015_322, 31_527_015_322,
    )  # fmt: skip
    assert found.said == Notice(NOON_US, 31_527_015_322, False, "taken\ufffddown", None)
    assert event(notice("identity", handle="a.example")).said == Notice(NOON_US, 1, None, None, "a.example")
    assert event(notice("identity", time="never")).said == Notice(NOON_US, 1, None, None, None)
    at = NOON_US + 300_000_000
    assert event(notice("identity", time="2026-07-04T12:05:00Z")).said == Notice(at, 1, None, None, None)
    assert event(notice("identity", time="2999-07-04T12:00:00Z")).said == Notice(NOON_US, 1, None, None, None)
    assert event(notice("identity", handle=7, status="x")).said == Notice(NOON_US, 1, None, None, None)
