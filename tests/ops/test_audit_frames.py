"""What one frame is to the audit: counted, refused, or of no account."""

from __future__ import annotations

import json

import pytest

from ops.audit.frames import Event, Refused, judge
from ops.audit.syntax import tid as tid_number
from tests.ops.audit_lines import (
    ALICE,
    BOB,
    FOLLOW,
    LIKE,
    MINUTE,
    NOW,
    POST,
    REPOST,
    START,
    about,
    account,
    commit,
    delete,
    frame,
    identity,
    tid,
    uri,
)

LIKED = about(uri(BOB, tid("4")))


def event(line: bytes) -> Event:
    judged = judge(line, NOW)
    assert isinstance(judged, Event), judged
    return judged


def refused(line: bytes) -> Refused:
    judged = judge(line, NOW)
    assert isinstance(judged, Refused), judged
    return judged


def without(line: bytes, *path: str) -> bytes:
    document = json.loads(line)
    inner = document
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return json.dumps(document).encode()


def replaced(line: bytes, value: object, *path: str) -> bytes:
    document = json.loads(line)
    inner = document
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return json.dumps(document).encode()


class TestTids:
    def test_is_a_63_bit_number(self) -> None:
        assert tid_number("2222222222222") == 0
        assert tid_number("2222222222223") == 1
        assert tid_number("222222222222z") == 31
        assert tid_number("2222222222232") == 32
        assert tid_number("3mptbypluud2a") == (1_783_175_887_514_441 << 10) + 6
        assert tid_number("bzzzzzzzzzzzz") == 2**63 - 1

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "222222222222",
            "22222222222222",
            "czzzzzzzzzzzz",
            "222222222222A",
            "2222222222221",
            "2" * 12 + "\n",
        ],
    )
    def test_is_thirteen_digits_that_fit(self, text: str) -> None:
        assert tid_number(text) is None


class TestKeys:
    def test_of_commits_are_did_rev_collection_and_rkey(self) -> None:
        assert event(commit(ALICE, LIKE, tid("3"), LIKED, rev=tid("5"))).key == (ALICE, 3, LIKE, 1)

    def test_hold_other_record_keys_as_text(self) -> None:
        line = commit(ALICE, "app.bsky.actor.profile", "self", operation="update", rev=tid("5"))
        assert event(line).key == (ALICE, 3, "app.bsky.actor.profile", "self")
        assert event(line).operation == "u"

    def test_of_identity_and_account_events_are_did_kind_and_seq(self) -> None:
        assert event(identity(ALICE, 31_527_015_322)).key == (ALICE, 31_527_015_322, "#identity", None)
        assert event(account(ALICE, 7, True)).key == (ALICE, 7, "#account", None)

    def test_do_not_depend_on_the_stream_time(self) -> None:
        assert event(identity(ALICE, 7, START)).key == event(identity(ALICE, 7, START + 5)).key


class TestCounted:
    def test_deletes_of_anything(self) -> None:
        assert event(delete(ALICE, LIKE, tid("3"), rev=tid("4"))).operation == "d"

    def test_updates_of_counted_collections_whatever_the_record(self) -> None:
        assert event(commit(ALICE, POST, tid("3"), "no record", operation="update")).content is None

    def test_unknown_collections_whatever_the_record(self) -> None:
        assert event(commit(ALICE, "fm.teal.alpha.feed.play", "a b", [1], rev=tid("3"))).content is None
        assert event(without(commit(ALICE, "x", "self", rev=tid("3")), "commit", "record")).operation == "c"

    def test_longest_names(self) -> None:
        did = "did:web:" + "a" * 2_040
        assert event(commit(did, "x" * 512, "~" * 512, rev=tid("3"))).key == (did, 1, "x" * 512, "~" * 512)

    def test_nul_in_text_and_any_time_of_creation(self) -> None:
        line = commit(ALICE, POST, tid("3"), {"text": "a\0b", "createdAt": "0001-01-01T00:00:00Z"})
        assert event(line).operation == "c"

    def test_real_surrogate_pairs(self) -> None:
        assert b"\\ud83d\\ude00" in (line := commit(ALICE, POST, tid("3"), {"text": "😀"}))
        assert event(line).operation == "c"

    def test_an_escaped_backslash_before_what_looks_like_half_a_pair(self) -> None:
        assert event(commit(ALICE, POST, tid("3"), {"text": "\\ud800"})).operation == "c"

    def test_frames_of_8_mib(self) -> None:
        line = commit(ALICE, POST, tid("3"), {"text": ""})
        assert event(line + b" " * (8 * 1024 * 1024 - len(line))).operation == "c"

    def test_stream_times_from_2020_to_five_minutes_ahead(self) -> None:
        assert event(identity(ALICE, 7, 1_577_836_800_000_000)).times == (1_577_836_800_000_000,)
        assert event(identity(ALICE, 7, NOW + 5 * MINUTE)).times == (NOW + 5 * MINUTE,)

    def test_account_status_with_the_time_inside(self) -> None:
        line = account(ALICE, 7, False, status="takendown", time="2025-09-10T15:20:40.439Z")
        assert event(line).status == (False, "takendown", 1_757_517_640_439_000)

    @pytest.mark.parametrize(
        ("time", "expected"),
        [
            ("1970-01-01T01:00:00+01:00", 0),
            ("1970-01-01t00:00:00.1234567z", 123_456),
            ("1969-12-31T23:59:59.999999Z", -1),
            ("1970-01-01", None),
            ("1970-01-01T00:00:00", None),
            ("1970-02-30T00:00:00Z", None),
            (0, None),
            (None, None),
        ],
    )
    def test_account_times_as_rfc_3339_has_them(self, time: object, expected: int | None) -> None:
        assert event(account(ALICE, 7, True, time=time)).status == (True, None, expected)

    def test_account_status_with_what_postgres_cannot_hold_replaced(self) -> None:
        assert event(account(ALICE, 7, False, status="a\0b")).status == (False, "a\ufffdb", None)

    def test_ill_typed_status_as_if_absent(self) -> None:
        assert event(account(ALICE, 7, False, status=5)).status == (False, None, None)


def test_heartbeats_are_of_no_account() -> None:
    assert judge(frame(kind="heartbeat"), NOW) is None
    assert judge(frame(kind="heartbeat", seq=4), NOW) is None
    assert isinstance(judge(frame(kind="heartbeat", did=ALICE), NOW), Refused)


POSTED = commit(ALICE, POST, tid("3"), {"text": "x"})

UNREADABLE = {
    "empty": b"",
    "no json": b"garbage",
    "cut": POSTED[:-1],
    "two documents": POSTED + POSTED,
    "an array": b"[1]",
    "a number": b"1",
    "invalid utf-8": POSTED.replace(b'"x"', b'"\xff"'),
    "a surrogate in utf-8": POSTED.replace(b'"x"', b'"\xed\xa0\x80"'),
    "half a pair": POSTED.replace(b'"x"', b'"\\ud800"'),
    "the other half": POSTED.replace(b'"x"', b'"\\uDC00"'),
    "half a pair in a name": POSTED.replace(b'"text"', b'"\\ud800"'),
    "half a pair that a second value hides": POSTED.replace(b'"x"', b'"\\ud800", "text": "x"'),
    "a raw control character": POSTED.replace(b'"x"', b'"\t"'),
    "nan": POSTED.replace(b'"x"', b"NaN"),
    "infinity": POSTED.replace(b'"x"', b"-Infinity"),
    "a number beyond doubles": POSTED.replace(b'"x"', b"1e400"),
    "an integer beyond doubles": POSTED.replace(b'"x"', b"9" * 400),
    "a byte order mark": b"\xef\xbb\xbf" + POSTED,
    "nested too deep": POSTED.replace(b'"x"', b"[" * 5_000 + b"]" * 5_000),
    "a nul after it": POSTED + b"\0",
}


@pytest.mark.parametrize("line", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_does_not_parse_is_refused_by_its_bytes(line: bytes) -> None:
    assert isinstance(refused(line).identity, bytes)
    assert refused(line) == refused(line)
    assert refused(line).identity != refused(line + b"x").identity
    assert refused(line).sample == line


ILL_TYPED: list[tuple[str, tuple[str, ...], list[object]]] = [
    ("did", ("did",), ["", "alice", "did:plc", "did:plc:", "did:PLC:a", "did:plc:a:", "did:plc:ä", "did:plc:a\n", 5]),
    ("long did", ("did",), ["did:web:" + "a" * 2_041]),
    ("rev", ("commit", "rev"), ["", "self", "zzzzzzzzzzzzz", 5, None]),
    ("rkey", ("commit", "rkey"), ["", "a/b", "a\0b", "a\x7fb", "a" * 513, 5, None]),
    ("collection", ("commit", "collection"), ["", "a\nb", "a" * 513, 5, None]),
]  # fmt: skip

KEYLESS = {
    "no kind": without(POSTED, "kind"),
    "an unknown kind": replaced(POSTED, "com", "kind"),
    "an ill-typed kind": replaced(POSTED, ["commit"], "kind"),
    "no did": without(POSTED, "did"),
    "no commit": without(POSTED, "commit"),
    "an ill-typed commit": replaced(POSTED, [], "commit"),
    "no rev": without(POSTED, "commit", "rev"),
    "no rkey": without(POSTED, "commit", "rkey"),
    "no collection": without(POSTED, "commit", "collection"),
    "no seq": without(identity(ALICE, 7), "identity", "seq"),
    "no identity": without(identity(ALICE, 7), "identity"),
} | {
    f"{name} {value!r}"[:60]: replaced(POSTED, value, *path)
    for name, path, values in ILL_TYPED
    for value in values
} | {
    f"seq {seq!r}": identity(ALICE, seq) for seq in [-1, 2**63, 1.0, True, "7", None]
}  # fmt: skip


@pytest.mark.parametrize("line", KEYLESS.values(), ids=KEYLESS.keys())
def test_what_has_no_key_is_refused_by_its_bytes(line: bytes) -> None:
    assert isinstance(refused(line).identity, bytes)


POST_KEY = (ALICE, 1, POST, 1)
WITH_KEY = {
    "no time": (without(POSTED, "time_us"), POST_KEY),
    "no operation": (without(POSTED, "commit", "operation"), POST_KEY),
    "no record": (without(POSTED, "commit", "record"), POST_KEY),
    "a post without a record": (commit(ALICE, POST, tid("3"), "x"), POST_KEY),
    "a like without a record": (commit(ALICE, LIKE, tid("3"), []), (ALICE, 1, LIKE, 1)),
    "a like without a subject": (commit(ALICE, LIKE, tid("3"), {}), (ALICE, 1, LIKE, 1)),
    "a like of a string": (commit(ALICE, LIKE, tid("3"), {"subject": "x"}), (ALICE, 1, LIKE, 1)),
    "a repost without a uri": (commit(ALICE, REPOST, tid("3"), about(None)), (ALICE, 1, REPOST, 1)),
    "a follow without a subject": (commit(ALICE, FOLLOW, tid("3"), {}), (ALICE, 1, FOLLOW, 1)),
    "a follow of an object": (commit(ALICE, FOLLOW, tid("3"), {"subject": {"did": BOB}}), (ALICE, 1, FOLLOW, 1)),
    "account without active": (without(account(ALICE, 7, True), "account", "active"), (ALICE, 7, "#account", None)),
    "account half active": (account(ALICE, 7, 1), (ALICE, 7, "#account", None)),
    "oversize": (POSTED + b" " * (8 * 1024 * 1024), POST_KEY),
    "before 2020": (identity(ALICE, 7, 1_577_836_799_999_999), (ALICE, 7, "#identity", None)),
    "too far ahead": (identity(ALICE, 7, NOW + 5 * MINUTE + 1), (ALICE, 7, "#identity", None)),
} | {
    f"time {time!r}": (replaced(POSTED, time, "time_us"), POST_KEY) for time in ["1783175880000000", 1.5, True, None]
} | {
    f"operation {name!r}": (replaced(POSTED, name, "commit", "operation"), POST_KEY)
    for name in ["c", "Create", "resync", 1, None, []]
}  # fmt: skip


@pytest.mark.parametrize(("line", "key"), WITH_KEY.values(), ids=WITH_KEY.keys())
def test_what_is_ill_typed_elsewhere_is_refused_by_its_key(line: bytes, key: object) -> None:
    assert refused(line).identity == key
    assert refused(line).sample == line[:65_536]


def test_a_frame_without_key_is_the_same_at_whatever_time_and_from_whatever_host() -> None:
    bad = b'{"did":"did:plc:alice","time_us":%d,"kind":"commit"%s}'
    known = refused(bad % (START, b"")).identity
    assert refused(bad % (START + 7, b"")).identity == known
    assert refused(bad % (START, b',"cursor":12')).identity != known  # a comma more
    assert refused(bad % (START, b',"cursor":12')).identity == refused(bad % (START, b',"cursor":9')).identity
    assert refused((bad % (START, b"")).replace(b"alice", b"bobby")).identity != known
    late = bad % (START, b',"x":"' + b"-" * 5000 + b'","time_us":1')
    assert refused(late).identity != refused(late[:-2] + b"2}").identity
