"""Frames of the raw firehose: what they say, what is refused and under which key; the recount judges them too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from benchmarks.cbor import Link, cid_of, encode
from benchmarks.relay import car_of
from collector.car import BLOCKS_MAX, BadCar, blocks_of
from collector.decode import decode
from collector.errors import BadFrame
from collector.event import LIKE, POST
from collector.firehose import OPERATIONS_MAX, RECORD_DEPTH_MAX, Firehose, time_us_of
from collector.wires import REPOS
from tests.collector.frames import ALICE, NOON_US, key
from tests.collector.rig import Rig

HOST = "relay.test" + REPOS
TIME = "2026-07-04T12:00:00.000Z"


def record(text: str = "hello") -> dict[str, Any]:
    return {"$type": POST, "createdAt": TIME, "text": text}


def frame(
    *records: Any, action: str = "create", blocks: Any = None, rev: int = 0, did: str = ALICE, **body: Any
) -> bytes:
    """A commit of these records, the n-th under key(n); `blocks` in place of what they need, CIDs and bytes."""
    encoded = [encode(each) for each in records]
    ops = [
        {"action": action, "path": f"{POST}/{key(n)}", "cid": Link(cid_of(block)) if action != "delete" else None}
        for n, block in enumerate(encoded)
    ]
    given = [(cid_of(block), block) for block in encoded] if blocks is None else blocks
    car = car_of(Link(cid_of(b"")), given) if isinstance(given, list) else given
    said = {
        "ops": ops, "rev": key(rev), "seq": 7, "repo": did, "time": TIME, "blocks": car, "tooBig": False, **body,
    }  # fmt: skip
    return encode({"t": "#commit", "op": 1}) + encode(said)


def notice(kind: str, **body: Any) -> bytes:
    return encode({"t": kind, "op": 1}) + encode({"did": ALICE, "seq": 9, "time": TIME, **body})


def said_of(raw: bytes, **settings: Any) -> tuple[list[Any], list[tuple[str, Any]]]:
    """Lines as objects; reasons, with the record key of the event where it has a key."""
    lines, origins, broken = Firehose(**settings).translate([raw])
    assert all(origins[line] == raw for line in lines)
    assert all(each.frame == raw for each in broken)
    return [orjson.loads(line) for line in lines], [(b.bad.reason, b.bad.key and b.bad.key.rkey) for b in broken]


def test_a_commit_of_three_is_three_lines_of_one_rev() -> None:
    lines, broken = said_of(frame(record("a"), record("b"), record("c"), rev=5))
    assert broken == []
    assert lines == [
        {"did": ALICE, "time_us": NOON_US, "kind": "commit", "commit": {
            "rev": key(5), "operation": "create", "collection": POST, "rkey": key(n), "record": record(text)}}
        for n, text in enumerate("abc")
    ]  # fmt: skip


def test_links_and_bytes_are_written_as_the_network_writes_them_in_json() -> None:
    link = "bafyreihqwqjw6f64lc5ju5y2xpntmad5pvu3rhnkaqyfquy6aijc5dwrz4"
    odd = {"$type": "x", "blob": {"ref": {"$link": link}}, "raw": {"$bytes": "aGk"}}
    [line], _ = said_of(frame(odd))
    assert line["commit"]["record"] == odd


BAD = (cid_of(encode(record("a"))), b"\xff\xff")
DEEP: Any = None
for _ in range(RECORD_DEPTH_MAX - 1):
    DEEP = [DEEP]
BOMB = b"\x81" * 1_000_000
LONG = encode(record("a" * 9000))
MANY = frame(
    ops=[{"action": "create", "path": f"{POST}/{key(n)}", "cid": Link(cid_of(LONG))} for n in range(99)],
    blocks=[(cid_of(LONG), LONG)],
)
"""Operations that all name one block."""


@pytest.mark.parametrize(
    ("raw", "broken"),
    [
        (frame(record("a"), record("b"), blocks=[BAD, (cid_of(encode(record("b"))), encode(record("b")))]),
         [("cid_mismatch", key(0))]),
        (frame(record("a"), record("b"), blocks=[(cid_of(encode(record("b"))), encode(record("b")))]),
         [("block_missing", key(0))]),
        (frame(record("a"), blocks=b"\x05abc"), [("blocks_invalid", key(0))]),
        (frame(record("a"), blocks=7), [("blocks_invalid", key(0))]),
        (frame({"deep": [DEEP]}), [("record_invalid", key(0))]),
        (frame({"number": -(2**63) - 1}), [("record_invalid", key(0))]),
        (frame(record("a"), rev=0, repo="nobody"), []),
        (frame(ops=[], tooBig=True), [("too_big", None)]),
        (frame(ops=[{"action": "delete", "path": f"{POST}/{n}"} for n in range(OPERATIONS_MAX + 1)]),
         [("too_many_operations", None)]),
        (MANY, [("too_large", key(n)) for n in range(16 * len(MANY) // len(LONG), 99)]),
        (frame(ops=[7]), [("operations_invalid", None)]),
        (frame(ops=7), [("operations_invalid", None)]),
        (encode({"t": "#commit", "op": 1}), [("not_cbor", None)]),
        (frame(record("a")) + b"\x01", [("not_cbor", None)]),
        (frame(record("a"))[:-1], [("not_cbor", None)]),
        (BOMB, [("not_cbor", None)]),
        (b"", [("not_cbor", None)]),
        (notice("#handle"), [("kind_unknown", None)]),
        (notice("#account", active=True, deep=[[DEEP]]), [("body_invalid", 9)]),
    ],
)  # fmt: skip
def test_what_is_broken_is_refused_under_its_own_key_and_the_recount_says_the_same(
    rig: Rig, raw: bytes, broken: list[tuple[str, Any]]
) -> None:
    assert said_of(raw)[1] == broken
    rig.restart(HOST)
    for _ in range(2):
        rig.hand(raw)
    rig.fold()
    report = rig.audit()
    assert report.diff == 0, report.differences[:5]


def test_a_block_that_hashes_right_and_is_no_record_spoils_its_operation_only() -> None:
    good, bad = encode(record("b")), b"\xff\xff"
    ops = [{"action": "create", "path": f"{POST}/{key(n)}", "cid": Link(cid_of(b))} for n, b in enumerate((bad, good))]
    lines, broken = said_of(frame(ops=ops, blocks=[(cid_of(bad), bad), (cid_of(good), good)]))
    assert [line["commit"]["rkey"] for line in lines] == [key(1)]
    assert broken == [("block_invalid", key(0))]


def test_cids_need_not_be_checked() -> None:
    swapped = [(cid_of(encode(record("a"))), encode(record("another")))]
    assert said_of(frame(record("a"), blocks=swapped))[1] == [("cid_mismatch", key(0))]
    [line], broken = said_of(frame(record("a"), blocks=swapped), check_cids=False)
    assert (line["commit"]["record"]["text"], broken) == ("another", [])


def test_a_frame_too_large_is_refused_by_its_events() -> None:
    assert said_of(frame(record("a"), record("b")), event_bytes_max=100) == (
        [], [("too_large", key(0)), ("too_large", key(1))]
    )  # fmt: skip
    assert said_of(notice("#identity"), event_bytes_max=10) == ([], [("too_large", 9)])


def test_notices_say_what_upstream_said_and_a_sync_has_no_blocks(rig: Rig) -> None:
    raw = [notice("#identity", handle="a.test"), notice("#account", active=False, status="deactivated"),
           notice("#sync", rev=key(1), blocks=b"x" * 100)]  # fmt: skip
    lines = [said_of(each)[0][0] for each in raw]
    assert [line["kind"] for line in lines] == ["identity", "account", "sync"]
    assert lines[2]["sync"] == {"did": ALICE, "seq": 9, "time": TIME, "rev": key(1)}
    rig.restart(HOST)
    rig.hand(*raw)
    rig.fold()
    assert rig.numbers() == {}
    assert rig.one("select array_agg(name order by name) from event join collection on id = collection") == [
        "#account", "#identity", "#sync"
    ]  # fmt: skip
    assert rig.audit().diff == 0


def test_one_event_broken_and_whole_counts_once_or_is_refused_once(rig: Rig) -> None:
    whole, broken = frame(record("a")), frame(record("a"), blocks=[BAD])
    rig.restart(HOST)
    rig.hand(broken, whole)
    rig.hand(whole)
    rig.hand(frame(record("a"), did="did:web:b.example"))
    rig.hand(frame(record("a"), did="did:web:b.example", blocks=[BAD]))
    rig.fold()
    assert (rig.one("select count(*) from event"), rig.one("select count(*) from quarantine")) == (1, 1)
    assert rig.audit().diff == 0


def test_blocks_are_told_apart_by_their_lengths() -> None:
    blocks = [(cid_of(bytes([n]) * size), bytes([n]) * size) for n, size in enumerate((1, 91, 92, 300, 20_000))]
    car = car_of(Link(cid_of(b"")), blocks)
    assert {cid: car[place] for cid, place in blocks_of(car).items()} == dict(blocks)
    many = car_of(Link(cid_of(b"")), [(cid_of(b""), b"")] * (BLOCKS_MAX + 1))
    for bad in (b"", car[:-1], car + b"\x80", car + b"\x80\x80\x80\x80\x01", car + b"\x03abc", many):
        with pytest.raises(BadCar):
            blocks_of(bad)


@pytest.mark.parametrize(
    ("text", "us"),
    [("2026-07-04T12:00:00Z", NOON_US), ("2026-07-04t14:00:00.5+02:00", NOON_US + 500_000),
     ("2026-07-04T12:00:00.1234567Z", NOON_US + 123_456), ("2026-07-04T12:00:00", None), ("20260704T120000Z", None),
     ("1999-01-01T00:00:00Z", None), ("2026-02-30T00:00:00Z", None), (7, None)],
)  # fmt: skip
def test_times_are_rfc_3339(text: object, us: int | None) -> None:
    assert time_us_of(text) == us


def upstream(recorded: Path, name: str) -> list[bytes]:
    """A scenario of the relay's own tests as frames."""
    told = orjson.loads((recorded / "indigo-relay-testdata" / name).read_bytes())
    messages = [m["frame"] for m in told["messages"]] if "messages" in told else [
        {"header": {"t": "#commit", "op": 1}, "body": told}
    ]  # fmt: skip
    return [encode(m["header"]) + encode(m["body"]) for m in messages]


SCENARIOS = ["account_lifecycle", "deactivation", "legacy", "post_lifecycle", "post_lifecycle_legacy", "rev_ordering",
             "seq_ordering", "firehose_commit_4621317030", "firehose_commit_4621332152"]  # fmt: skip


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_relays_own_scenarios_count_the_same_in_any_order_and_however_often(
    rig: Rig, recorded: Path, name: str
) -> None:
    """Revs out of order, seqs twice, commits of an account that is not active: each event counts, once."""
    frames = upstream(recorded, f"{name}.json")
    rig.restart(HOST)
    for raw in (*frames, *reversed(frames)):
        rig.hand(raw)
    rig.restart(HOST)
    rig.hand(*frames)
    rig.fold()
    report = rig.audit()
    assert report.diff == 0, report.differences[:5]
    keys, refused = set(), 0
    for line in Firehose().translate(frames).lines:
        try:
            event = decode(line, 1 << 60)
            assert event is not None
            keys.add((event.did, event.rev, event.collection, event.rkey))
        except BadFrame:
            refused += 1
    assert rig.one("select count(*) from event") == len(keys)
    assert rig.one("select count(*) from quarantine") == refused == (name == "rev_ordering")  # a rev that is no TID


def test_a_deactivated_account_is_counted_and_hidden_until_it_is_back(rig: Rig, recorded: Path) -> None:
    frames = upstream(recorded, "deactivation.json")
    rig.restart(HOST)
    rig.hand(*frames[:3])
    assert rig.one("select shown from account where status is not null") is False
    rig.hand(*frames[3:])
    assert rig.one("select count(*) from account where not shown") == 0
    assert rig.one(f"select count(*) from event join collection on id = collection where name = '{LIKE}'") == 3

