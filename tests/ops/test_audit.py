"""The audit of a database: nothing differs where the rows are right, and every way of being wrong is named."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from audit_lines import (
    ALICE,
    BOB,
    CAROL,
    FOLLOW,
    LIKE,
    NOW,
    POST,
    START,
    about,
    answer,
    commit,
    delete,
    tid,
    uri,
)
from audit_scenario import FRAMES, QUARANTINED, REFUSED_LIKE, ROWS

from benchmarks.recording import Writer
from ops.audit import Report, audit


@pytest.fixture
def counted(database: psycopg.Connection) -> psycopg.Connection:
    """The database in which the frames of the scenario are rightly counted."""
    database.execute(ROWS)
    stand(database, "json", FRAMES[9])
    stand(database, "subject", REFUSED_LIKE)
    return database


def stand(database: psycopg.Connection, reason: str, frame: bytes) -> None:
    """Put a frame in quarantine."""
    database.execute(QUARANTINED, (os.urandom(16), reason, len(frame), frame[:65_536]))


def recording(
    folder: Path, frames: Iterable[bytes], name: str = "audited.jsonl"
) -> Path:
    with Writer(folder / name) as writer:
        for frame in frames:
            writer.write(frame)
    return folder / name


def audited(
    database: psycopg.Connection, folder: Path, frames: Iterable[bytes] = FRAMES
) -> list[str]:
    """What differs, as text."""
    report = audit(database, [recording(folder, frames)], now_us=NOW)
    assert report.diff == len(report.differences)
    assert report.exit_code == (1 if report.differences else 0)
    return sorted(str(difference) for difference in report.differences)


def test_right_rows_differ_in_nothing(
    counted: psycopg.Connection, tmp_path: Path
) -> None:
    said: list[str] = []
    report = audit(
        counted, [recording(tmp_path, FRAMES)], now_us=NOW, progress=said.append
    )
    assert report.text() == (
        "diff=0 (2 quarantined, 9 events, 32 lanes, 8 network_minute keys, 2 dimension_minute keys, "
        "14 account_minute keys, 5 post_minute keys, 1 account statuses)"
    )
    assert report.exit_code == 0
    assert said[0] == "read 13 frames: 9 events, 2 refused"


def test_an_empty_database_has_nothing_of_what_was_delivered(
    database: psycopg.Connection, tmp_path: Path
) -> None:
    report = audit(database, [recording(tmp_path, FRAMES)], now_us=NOW)
    assert report.by_table == {
        "quarantine": 2,
        "event": 9,
        "network_minute": 8,
        "dimension_minute": 2,
        "account_minute": 14,
        "post_minute": 5,
        "account": 1,
    }
    assert report.exit_code == 1


def test_an_empty_recording_of_an_empty_database_differs_in_nothing(
    database: psycopg.Connection, tmp_path: Path
) -> None:
    assert audited(database, tmp_path, []) == []


def test_recordings_are_one_union(counted: psycopg.Connection, tmp_path: Path) -> None:
    parts = [
        recording(tmp_path, FRAMES[:6], "a.jsonl.zst"),
        recording(tmp_path, FRAMES[4:], "b.jsonl.zst"),
    ]
    assert audit(counted, parts, now_us=NOW).diff == 0
    assert audit(counted, parts[:1], now_us=NOW).diff > 0


TAMPERED: dict[str, tuple[LiteralString, list[str]]] = {
    "a missing row of the log": (
        "delete from event where rev = 4; update lane set events = 2 where lane = 17",
        [
            (
                "event did:plc:bob 2222222222226 app.bsky.feed.repost 2222222222226: "
                "expected a row at 2026-07-04T14:38:04Z, found none"
            )
        ],
    ),
    "a row of the log that nobody delivered": (
        (
            "insert into event (time, actor, rev, rkey, collection, lane, operation) "
            "values ('2026-07-04 14:38:01Z', 11, 31, -2, 7, 16, 'c'); update lane set events = 7 where lane = 16"
        ),
        [
            (
                "event did:plc:alice 222222222222z app.bsky.actor.profile self: "
                "expected no row: never delivered, found a row at 2026-07-04T14:38:01Z"
            )
        ],
    ),
    "a row of the log twice": (
        "insert into event select * from event where rev = 900; update lane set events = 7 where lane = 16",
        [
            "event did:plc:alice #identity 900: expected one row, found another at 2026-07-04T14:39:03Z"
        ],
    ),
    "a time of the log that nobody delivered": (
        "update event set time = time + interval '1 second' where rev = 4",
        [
            (
                "event did:plc:bob 2222222222226 app.bsky.feed.repost 2222222222226 time: "
                "expected 2026-07-04T14:38:04Z, found 2026-07-04T14:38:05Z"
            )
        ],
    ),
    "a wrong minute": (
        "update network_tally_1 set minute = '2026-07-04 14:38Z' where collection = 7",
        [
            "network_minute 2026-07-04T14:38:00Z app.bsky.actor.profile u: expected +0 -0, found +1 -0",
            "network_minute 2026-07-04T14:39:00Z app.bsky.actor.profile u: expected +1 -0, found none",
        ],
    ),
    "a time within the minute": (
        "update dimension_minute set minute = minute + interval '1 microsecond'",
        [
            "dimension_minute 2026-07-04T14:38:00.000001Z language en: expected +0 -0, found +1 -0",
            "dimension_minute 2026-07-04T14:38:00Z language en: expected +1 -0, found none",
        ],
    ),
    "a changed count": (
        "update account_minute set gained = 2 where metric = 1",
        [
            "account_minute 2026-07-04T14:38:00Z did:plc:alice posts: expected +1 -0, found +2 -0"
        ],
    ),
    "a double count that a loss makes good": (
        "update account_minute set gained = gained + 1, lost = lost + 1 where metric = 4",
        [
            "account_minute 2026-07-04T14:38:00Z did:plc:bob likes: expected +1 -0, found +2 -1"
        ],
    ),
    "a tally folded and still there": (
        "insert into dimension_minute select minute, dimension, key, gained, lost from dimension_tally_1",
        [
            "dimension_minute 2026-07-04T14:38:00Z language und: expected +1 -0, found +2 -0"
        ],
    ),
    "a tally gone before it was folded": (
        "truncate dimension_tally_1",
        [
            "dimension_minute 2026-07-04T14:38:00Z language und: expected +1 -0, found none"
        ],
    ),
    "a loss that is not there": (
        "delete from account_tally_1 where lost = 1",
        [
            "account_minute 2026-07-04T14:39:00Z did:plc:alice likes_received: expected +0 -1, found none",
            (
                "post_minute 2026-07-04T14:39:00Z did:plc:alice 2222222222223 likes_received: "
                "expected +0 -1, found none"
            ),
        ],
    ),
    "an amount given to another post of the same author": (
        "update post_minute set rkey = 6",
        [
            "post_minute 2026-07-04T14:38:00Z did:plc:alice 2222222222223 likes_received: expected +1 -0, found none",
            (
                "post_minute 2026-07-04T14:38:00Z did:plc:alice 222222222222a likes_received: "
                "expected +0 -0, found +1 -0"
            ),
        ],
    ),
    "an amount in an unknown metric": (
        "update account_tally_0 set metric = 9 where metric = 3",
        [
            "account_minute 2026-07-04T14:38:00Z did:web:carol.example ?9: expected +0 -0, found +1 -0",
            "account_minute 2026-07-04T14:38:00Z did:web:carol.example quotes: expected +1 -0, found none",
        ],
    ),
    "a swapped subject": (
        "update event set subject_account = 13 where rev = 2",
        [
            (
                "event did:plc:bob 2222222222224 app.bsky.feed.like 2222222222224 subject: "
                "expected did:plc:alice 2222222222223, found did:web:carol.example 2222222222223"
            )
        ],
    ),
    "a swapped operation": (
        "update event set operation = 'd' where rev = 7",
        [
            "event did:plc:alice 222222222222b app.bsky.actor.profile self operation: expected u, found d",
        ],
    ),
    "another quoted post": (
        "update event set quote_rkey = -2 where rev = 3",
        [
            (
                "event did:web:carol.example 2222222222225 app.bsky.feed.post 2222222222225 quoted: "
                "expected did:plc:bob my-post, found did:plc:bob self"
            )
        ],
    ),
    "a post that is neither reply nor quote, mentions another, in another language": (
        (
            "update event set reply = null, quote = false where rev = 3;"
            "update event set mentions = '{12}', languages = '{de}' where rev = 1"
        ),
        [
            "event did:plc:alice 2222222222223 app.bsky.feed.post 2222222222223 languages: expected en, found de",
            (
                "event did:plc:alice 2222222222223 app.bsky.feed.post 2222222222223 mentions: "
                "expected did:web:carol.example, found did:plc:bob"
            ),
            (
                "event did:web:carol.example 2222222222225 app.bsky.feed.post 2222222222225 quote: "
                "expected True, found False"
            ),
            (
                "event did:web:carol.example 2222222222225 app.bsky.feed.post 2222222222225 reply: "
                "expected True, found False"
            ),
        ],
    ),
    "a wrong lane": (
        "update event set lane = 15 where rev = 901",
        [
            "event did:web:carol.example #account 901 lane: expected 16, found 15",
            "lane 15 events: expected 1 as in the log, found 0",
            "lane 16 events: expected 5 as in the log, found 6",
        ],
    ),
    "totals of a lane": (
        "update lane set events = 4, quarantined = 2 where lane = 17",
        [
            "lane 17 events: expected 3 as in the log, found 4",
            "lane all quarantined: expected 2 as in quarantine, found 3",
        ],
    ),
    "a lane that is gone": (
        "delete from lane where lane = 17",
        [
            "lane 17 events: expected 3 as in the log, found no such lane",
            "lane all quarantined: expected 2 as in quarantine, found 1",
        ],
    ),
    "a wrong status": (
        "update account set active = true where id = 13",
        [
            (
                "account did:web:carol.example: expected not active, 'deactivated', by event 901, "
                "found active, 'deactivated', by event 901"
            )
        ],
    ),
    "a status nobody told": (
        "update account set active = false where id = 12",
        [
            "account did:plc:bob: expected active, no status, by no event, found not active, no status, by no event"
        ],
    ),
    "a frame missing in quarantine": (
        "delete from quarantine where reason = 'json'; update lane set quarantined = 0 where lane = 16",
        [
            "quarantine frame 171558e62c64e1e319cbfb60b7eb6dfd: expected a row with b'{\"garbage', found none"
        ],
    ),
    "a frame in quarantine that should not be": (
        (
            "insert into quarantine (digest, reason, host, lane, epoch, size, sample) "
            "values ('\\x01', 'json', 'x', 0, 1, 1, 'x'); update lane set quarantined = 2 where lane = 16"
        ),
        ["quarantine 01: expected no such row, found json: b'x'"],
    ),
    "a frame in quarantine twice": (
        (
            "insert into quarantine select '\\x02', reason, host, lane, epoch, cursor, size, sample from quarantine "
            "where reason = 'json'; update lane set quarantined = 2 where lane = 16"
        ),
        ["quarantine 02: expected one row for this frame, found json: b'{\"garbage'"],
    ),
    "two ids of one account": (
        "insert into account (id, did) values (14, 'did:plc:bob')",
        ["account did:plc:bob: expected one id, found 2 ids"],
    ),
    "a tid that stands as text": (
        "insert into rkey (id, name) values (-3, '2222222222223')",
        [
            "rkey 2222222222223: expected no row: the id of a TID is its number 1, found -3"
        ],
    ),
}


@pytest.mark.parametrize(
    ("statements", "expected"), TAMPERED.values(), ids=TAMPERED.keys()
)
def test_tampering_is_found_and_named(
    counted: psycopg.Connection,
    tmp_path: Path,
    statements: LiteralString,
    expected: list[str],
) -> None:
    counted.execute(statements)
    assert audited(counted, tmp_path) == expected


def test_an_account_without_a_name_is_nobody(
    counted: psycopg.Connection, tmp_path: Path
) -> None:
    counted.execute("delete from account where id = 12")
    differences = audited(counted, tmp_path)
    assert (
        "account_minute 2026-07-04T14:38:00Z ?12 reposts: expected +0 -0, found +1 -0"
        in differences
    )
    assert (
        "account_minute 2026-07-04T14:38:00Z did:plc:bob reposts: expected +1 -0, found none"
        in differences
    )


def test_a_key_missing_in_quarantine_is_named(
    counted: psycopg.Connection, tmp_path: Path
) -> None:
    counted.execute("delete from quarantine where reason = 'subject'")
    counted.execute("update lane set quarantined = 0 where lane = 16")
    (difference,) = audited(counted, tmp_path)
    assert difference.startswith(
        "quarantine did:plc:bob 222222222222c app.bsky.feed.like 222222222222c: expected a row with b'{"
    )


def test_samples_are_the_first_64_kib(
    counted: psycopg.Connection, tmp_path: Path
) -> None:
    frame = b'{"x": "' + b"y" * 70_000
    frames = [*FRAMES, frame]
    counted.execute("update lane set quarantined = 2 where lane = 17")
    counted.execute(QUARANTINED, (b"1", "json", len(frame), frame[:65_535]))
    assert len(audited(counted, tmp_path, frames)) == 2
    counted.execute(
        "update quarantine set sample = %s where digest = %s", (frame[:65_536], b"1")
    )
    assert audited(counted, tmp_path, frames) == []


def test_frames_that_begin_alike_stand_each(
    counted: psycopg.Connection, tmp_path: Path
) -> None:
    alike = [b'{"x": "' + b"y" * 70_000 + end for end in (b"1", b"2")]
    counted.execute("update lane set quarantined = 2 where lane = 17")
    stand(counted, "json", alike[0])
    (difference,) = audited(counted, tmp_path, [*FRAMES, *alike])
    assert "expected a row with" in difference
    counted.execute("update lane set quarantined = 3 where lane = 17")
    stand(counted, "json", alike[1])
    assert audited(counted, tmp_path, [*FRAMES, *alike]) == []


def test_any_delivered_time_may_stand(
    counted: psycopg.Connection, tmp_path: Path
) -> None:
    """The like was delivered in the next minute too: log and numbers agree on either, but on one."""
    counted.execute("update event set time = '2026-07-04 14:39:10Z' where rev = 2")
    assert len(audited(counted, tmp_path)) == 8
    counted.execute(
        "update network_minute set minute = '2026-07-04 14:39Z' where collection = 1"
    )
    counted.execute(
        "update account_minute set minute = '2026-07-04 14:39Z' where metric in (4, 14) and gained = 1"
    )
    counted.execute("update post_minute set minute = '2026-07-04 14:39Z'")
    assert audited(counted, tmp_path) == []


class TestAKeyThatCameWellAndIllFormed:
    ILL = commit(BOB, LIKE, tid("d"), {}, at=START)
    WELL = commit(BOB, LIKE, tid("d"), about("x"), at=START)

    @pytest.fixture(params=["ill first", "well first"])
    def frames(self, request: pytest.FixtureRequest) -> list[bytes]:
        return (
            [*FRAMES, self.ILL, self.WELL]
            if request.param == "ill first"
            else [*FRAMES, self.WELL, self.ILL]
        )

    @staticmethod
    def log(database: psycopg.Connection) -> None:
        database.execute(
            "insert into event (time, actor, rev, rkey, collection, lane, operation) "
            "values ('2026-07-04 14:38Z', 12, 9, 9, 1, 17, 'c')"
        )
        database.execute("update lane set events = 4 where lane = 17")
        database.execute("update account_minute set gained = 2 where metric = 4")
        database.execute("update network_minute set events = 2 where collection = 1")

    def quarantine(self, database: psycopg.Connection) -> None:
        stand(database, "subject", self.ILL)
        database.execute("update lane set quarantined = 2 where lane = 17")

    def test_may_stand_in_the_log(
        self, counted: psycopg.Connection, tmp_path: Path, frames: list[bytes]
    ) -> None:
        self.log(counted)
        assert audited(counted, tmp_path, frames) == []

    def test_may_stand_in_quarantine(
        self, counted: psycopg.Connection, tmp_path: Path, frames: list[bytes]
    ) -> None:
        self.quarantine(counted)
        assert audited(counted, tmp_path, frames) == []

    def test_may_not_stand_in_both(
        self, counted: psycopg.Connection, tmp_path: Path, frames: list[bytes]
    ) -> None:
        self.log(counted)
        self.quarantine(counted)
        assert audited(counted, tmp_path, frames) == [
            (
                "event did:plc:bob 222222222222d app.bsky.feed.like 222222222222d: "
                "expected a row here or in quarantine, found both"
            )
        ]

    def test_may_not_stand_in_neither(
        self, counted: psycopg.Connection, tmp_path: Path, frames: list[bytes]
    ) -> None:
        (event, *numbers) = reversed(audited(counted, tmp_path, frames))
        assert len(numbers) == 2
        assert "found none" in "".join([event, *numbers])


def test_subjects_of_oneself_stand_in_the_log(
    database: psycopg.Connection, tmp_path: Path
) -> None:
    """And count as made only; nor does the deletion of such a post take back what nobody received."""
    mine = uri(ALICE, tid("3"))
    frames = [
        commit(ALICE, POST, tid("4"), {"reply": answer(mine), "langs": ["en"]}),
        delete(ALICE, POST, tid("4"), rev=tid("5"), at=START + 60_000_000),
        commit(CAROL, FOLLOW, tid("4"), {"subject": CAROL}),
    ]
    database.execute(
        "insert into account (id, did) values (-1, %s), (0, %s)", (ALICE, CAROL)
    )
    database.execute("select ensure_event_day('2026-07-04')")
    database.execute("""
        insert into event
          (time, actor, rev, rkey, subject_account, subject_rkey, collection, lane, operation, reply, languages)
        values
          ('2026-07-04 14:38Z', -1, 2, 2, -1, 1, 2, 16, 'c', true, '{en}'),
          ('2026-07-04 14:39Z', -1, 3, 2, null, null, 2, 16, 'd', null, null),
          ('2026-07-04 14:38Z', 0, 2, 2, 0, null, 4, 16, 'c', null, null);
        insert into account_minute (minute, account, metric, gained, lost)
        values
          ('2026-07-04 14:38Z', -1, 2, 1, 0),
          ('2026-07-04 14:39Z', -1, 2, 0, 1),
          ('2026-07-04 14:38Z', 0, 6, 1, 0);
        insert into dimension_minute (minute, dimension, key, gained, lost)
        values ('2026-07-04 14:38Z', 1, 'en', 1, 0), ('2026-07-04 14:39Z', 1, 'en', 0, 1);
        insert into network_minute (minute, collection, operation, events)
        values ('2026-07-04 14:38Z', 2, 'c', 1), ('2026-07-04 14:39Z', 2, 'd', 1), ('2026-07-04 14:38Z', 4, 'c', 1);
        update lane set events = 3 where lane = 16
    """)
    assert audited(database, tmp_path, frames) == []


def test_reports_show_the_first_of_each_table() -> None:
    report = Report(compared={"events": 2_000})
    for number in range(2_000):
        report.differs("event", ("did:plc:alice", number), 1, 2)
    report.differs("lane", (3, "events"), 1, 2)
    assert (report.diff, len(report.differences)) == (2_001, 1_001)
    assert report.text(first=2) == (
        "diff=2001 (2,000 events)\n"
        "event: 2,000 differ\n"
        "  event did:plc:alice 0: expected 1, found 2\n"
        "  event did:plc:alice 1: expected 1, found 2\n"
        "  and 1,998 more\n"
        "lane: 1 differ\n"
        "  lane 3 events: expected 1, found 2"
    )


def test_the_audit_reads_one_snapshot(
    counted: psycopg.Connection, tmp_path: Path
) -> None:
    """So it refuses a connection that is amid a transaction, and leaves none behind."""
    with (
        counted.transaction(),
        pytest.raises(ValueError, match="outside any transaction"),
    ):
        audit(counted, [recording(tmp_path, FRAMES)], now_us=NOW)
    assert audited(counted, tmp_path) == []
    counted.execute(
        "update lane set events = 0 where lane = 16"
    )  # not read only any more
