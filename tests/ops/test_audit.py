"""The audit of a database: nothing differs where the rows are right, whichever of the right ones they are."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from collector.rollup import Fold
from ops.audit import Report, audit
from sql.session import connect
from tests.ops.audit_lines import (
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
    mention,
    tid,
    uri,
)
from tests.ops.audit_scenario import FRAMES, QUARANTINED, audited, count_rightly, recording, stand


@pytest.fixture
def counted(database: psycopg.Connection) -> psycopg.Connection:
    """The database in which the frames of the scenario are rightly counted."""
    count_rightly(database)
    return database


def test_right_rows_differ_in_nothing(counted: psycopg.Connection, tmp_path: Path) -> None:
    said: list[str] = []
    report = audit(counted, [recording(tmp_path, FRAMES)], now_us=NOW, progress=said.append)
    assert report.text() == (
        "diff=0 (2 quarantined, 9 events, 32 lanes, 3 experiences by article, 3 experiences by code, "
        "8 network_minute keys, 15 total_minute keys, 6 term_minute keys, 6 author_minute keys, "
        "15 account_minute keys, 5 post_minute keys, 0 unlisted accounts, 1 account statuses)"
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
        "term_minute": 6,
        "author_minute": 6,
        "total_minute": 15,
        "account_minute": 15,
        "post_minute": 5,
        "account": 1,
        "experience": 6,
    }
    assert report.exit_code == 1


def test_an_empty_recording_of_an_empty_database_differs_in_nothing(
    database: psycopg.Connection, tmp_path: Path
) -> None:
    assert audited(database, tmp_path, []) == []


def test_recordings_are_one_union(counted: psycopg.Connection, tmp_path: Path) -> None:
    parts = [recording(tmp_path, FRAMES[:6], "a.jsonl.zst"), recording(tmp_path, FRAMES[4:], "b.jsonl.zst")]
    assert audit(counted, parts, now_us=NOW).diff == 0
    assert audit(counted, parts[:1], now_us=NOW).diff > 0


def test_an_account_without_a_name_is_nobody(counted: psycopg.Connection, tmp_path: Path) -> None:
    counted.execute("delete from account where id = 12")
    differences = audited(counted, tmp_path)
    assert "account_minute 2026-07-04T14:38:00Z ?12 reposts: expected +0 -0, found +1 -0" in differences
    assert (
        "account_minute 2026-07-04T14:38:00Z did:plc:bob reposts: expected +1 -0, found none" in differences
    )


def test_a_key_missing_in_quarantine_is_named(counted: psycopg.Connection, tmp_path: Path) -> None:
    counted.execute("delete from quarantine where reason = 'subject'")
    counted.execute("update lane set quarantined = 0 where lane = 16")
    (difference,) = audited(counted, tmp_path)
    assert difference.startswith(
        "quarantine did:plc:bob 222222222222c app.bsky.feed.like 222222222222c: expected a row with b'{"
    )


def test_samples_are_the_first_64_kib(counted: psycopg.Connection, tmp_path: Path) -> None:
    frame = b'{"x": "' + b"y" * 70_000
    frames = [*FRAMES, frame]
    counted.execute("update lane set quarantined = 2 where lane = 17")
    counted.execute(QUARANTINED, (b"1", "json", len(frame), frame[:65_535]))
    assert len(audited(counted, tmp_path, frames)) == 2
    counted.execute("update quarantine set sample = %s where digest = %s", (frame[:65_536], b"1"))
    assert audited(counted, tmp_path, frames) == []


def test_frames_that_begin_alike_stand_each(counted: psycopg.Connection, tmp_path: Path) -> None:
    alike = [b'{"x": "' + b"y" * 70_000 + end for end in (b"1", b"2")]
    counted.execute("update lane set quarantined = 2 where lane = 17")
    stand(counted, "json", alike[0])
    (difference,) = audited(counted, tmp_path, [*FRAMES, *alike])
    assert "expected a row with" in difference
    counted.execute("update lane set quarantined = 3 where lane = 17")
    stand(counted, "json", alike[1])
    assert audited(counted, tmp_path, [*FRAMES, *alike]) == []


def test_any_delivered_time_may_stand(counted: psycopg.Connection, tmp_path: Path) -> None:
    """The like was delivered in the next minute too: log and numbers agree on either, but on one."""
    counted.execute("update event set time = '2026-07-04 14:39:10Z' where rev = 2")
    assert len(audited(counted, tmp_path)) == 12
    counted.execute("update network_minute set minute = '2026-07-04 14:39Z' where collection = 1")
    counted.execute(
        "update account_minute set minute = '2026-07-04 14:39Z' where metric in (4, 14) and gained = 1"
    )
    counted.execute("update post_minute set minute = '2026-07-04 14:39Z'")
    counted.execute("update total_minute set minute = '2026-07-04 14:39Z' where metric in (4, 14) and gained = 1")
    assert audited(counted, tmp_path) == []


class TestAKeyThatCameWellAndIllFormed:
    ILL = commit(BOB, LIKE, tid("d"), {}, at=START)
    WELL = commit(BOB, LIKE, tid("d"), about("x"), at=START)

    @pytest.fixture(params=["ill first", "well first"])
    def frames(self, request: pytest.FixtureRequest) -> list[bytes]:
        return (
            [*FRAMES, self.ILL, self.WELL] if request.param == "ill first" else [*FRAMES, self.WELL, self.ILL]
        )

    @staticmethod
    def log(database: psycopg.Connection) -> None:
        database.execute(
            "insert into event (time, actor, rev, rkey, collection, lane, operation) "
            "values ('2026-07-04 14:38Z', 12, 9, 9, 1, 17, 'c')"
        )
        database.execute("update lane set events = 4 where lane = 17")
        database.execute("update account_minute set gained = 2 where metric = 4")
        database.execute("update total_minute set gained = 2 where metric = 4")
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
        assert len(numbers) == 5
        assert "found none" in "".join([event, *numbers])


def test_subjects_of_oneself_stand_in_the_log(database: psycopg.Connection, tmp_path: Path) -> None:
    """And count as made only; nor does the deletion of such a post take back what nobody received."""
    mine = uri(ALICE, tid("2"))
    frames = [
        commit(ALICE, POST, tid("4"), {"reply": answer(mine), "langs": ["en"], "facets": [mention(ALICE)]}),
        delete(ALICE, POST, tid("4"), rev=tid("5"), at=START + 60_000_000),
        commit(CAROL, FOLLOW, tid("4"), {"subject": CAROL}),
    ]
    database.execute("insert into account (id, did) values (-1, %s), (0, %s)", (ALICE, CAROL))
    database.execute("select ensure_day('2026-07-04')")
    database.execute("""
        insert into term (id, name) values (-7, 'en');
        insert into event
          (time, actor, rev, rkey, subject_account, subject_rkey, collection, lane, operation,
           reply, mentions, terms, media)
        values
          ('2026-07-04 14:38Z', -1, 2, 2, -1, 0, 2, 16, 'c', true, '{-1}', '{-7}', 0),
          ('2026-07-04 14:39Z', -1, 3, 2, null, null, 2, 16, 'd', null, null, null, null),
          ('2026-07-04 14:38Z', 0, 2, 2, 0, null, 4, 16, 'c', null, null, null, null);
        insert into account_minute (minute, account, metric, gained, lost)
        values
          ('2026-07-04 14:38Z', -1, 2, 1, 0),
          ('2026-07-04 14:39Z', -1, 2, 0, 1),
          ('2026-07-04 14:38Z', 0, 6, 1, 0);
        insert into total_minute
        select minute, metric, gained, lost from account_minute;
        insert into term_minute (minute, term, dimension, gained, lost)
        values ('2026-07-04 14:38Z', -7, 1, 1, 0), ('2026-07-04 14:39Z', -7, 1, 0, 1);
        insert into author_minute (minute, term, author) values ('2026-07-04 14:38Z', -7, -1);
        insert into network_minute (minute, collection, operation, events)
        values ('2026-07-04 14:38Z', 2, 'c', 1), ('2026-07-04 14:39Z', 2, 'd', 1), ('2026-07-04 14:38Z', 4, 'c', 1);
        update lane set events = 3 where lane = 16
    """)
    assert audited(database, tmp_path, frames) == []
    # whether the row names the actor among the mentioned is left to the writer: it counts nothing
    database.execute("update event set mentions = null")
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


def test_the_audit_reads_one_snapshot(counted: psycopg.Connection, conninfo: str, tmp_path: Path) -> None:
    def tamper(line: str) -> None:
        with connect(conninfo, None, "tests") as other:
            if line.startswith("compared"):
                other.execute("delete from account_minute")

    recordings = [recording(tmp_path, FRAMES)]
    assert audit(counted, recordings, now_us=NOW, progress=tamper).diff == 0
    assert audit(counted, recordings, now_us=NOW).diff == 8


def test_the_audit_leaves_nothing_behind(counted: psycopg.Connection, tmp_path: Path) -> None:
    assert audited(counted, tmp_path) == []
    counted.execute("update lane set events = 0 where lane = 16")


def test_the_audit_refuses_to_be_part_of_a_transaction(counted: psycopg.Connection, tmp_path: Path) -> None:
    with counted.transaction(), pytest.raises(ValueError, match="outside any transaction"):
        audit(counted, [recording(tmp_path, FRAMES)], now_us=NOW)


def test_an_author_who_was_counted_and_waits_too_is_one(counted: psycopg.Connection, tmp_path: Path) -> None:
    """Who wrote what is folded may write again before the next fold."""
    counted.execute("insert into author_minute (minute, term, author) values ('2026-07-04 14:38Z', 803, 11)")
    counted.execute("insert into term_tally_1 select * from term_tally_0 where term = 803")
    counted.execute("update term_tally_0 set gained = 0 where term = 803")
    assert audited(counted, tmp_path) == []


@pytest.mark.parametrize("bucket", ["hour", "day"])
def test_hours_and_days_are_recounted_as_far_as_they_are_summed_up(
    counted: psycopg.Connection, tmp_path: Path, bucket: str
) -> None:
    path = [recording(tmp_path, FRAMES)]
    fold = Fold(counted)
    fold.fold()
    later = datetime(2027, 1, 1, tzinfo=UTC)
    while fold.close(later):
        pass
    counted.execute("update fold set hours_to = '2026-07-06T00:00Z'")  # nothing came later that day
    assert fold.close(later)
    report = audit(counted, path, now_us=NOW)
    assert report.diff == 0, report.text()
    assert report.compared[f"account_{bucket} keys"] > 0
    counted.execute(f"update account_{bucket} set gained = gained + 1 where metric = 4".encode())
    counted.execute(f"delete from author_{bucket}".encode())
    tables = {difference.table for difference in audit(counted, path, now_us=NOW).differences}
    # each time is taken from the largest bucket that there is
    assert tables == {f"account_{bucket}", f"author_{bucket}", *(["experience"] if bucket == "day" else [])}
