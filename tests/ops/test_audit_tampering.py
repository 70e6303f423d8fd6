"""The audit of a database with which somebody tampered: every way of being wrong is found, and named by its key."""

from __future__ import annotations

from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from tests.ops.audit_scenario import audited, count_rightly
from tests.ops.audit_tampered_terms import TERMS


@pytest.fixture
def counted(database: psycopg.Connection) -> psycopg.Connection:
    """The database in which the frames of the scenario are rightly counted."""
    count_rightly(database)
    return database


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
        ["event did:plc:alice #identity 900: expected one row, found another at 2026-07-04T14:39:03Z"],
    ),
    "an identity event under two numbers": (
        "update event set rkey = 899 where rev = 900",
        [
            "event did:plc:alice #identity 900: expected a row at 2026-07-04T14:39:03Z, found none",
            (
                "event did:plc:alice 22222222222w6 #identity 22222222222w5: "
                "expected no row: never delivered, found a row at 2026-07-04T14:39:03Z"
            ),
        ],
    ),
    "a quoted post of nobody": (
        "update event set quote_rkey = 1 where rev = 1",
        [
            (
                "event did:plc:alice 2222222222223 app.bsky.feed.post 2222222222223 quoted: "
                "expected none, found ?null 2222222222223"
            )
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
        "update term_minute set minute = minute + interval '1 microsecond' where term = 801",
        [
            "term_minute 2026-07-04T14:38:00.000001Z language en: expected +0 -0, found +1 -0",
            "term_minute 2026-07-04T14:38:00Z language en: expected +1 -0, found none",
        ],
    ),
    "a changed count": (
        "update account_minute set gained = 2 where metric = 1",
        [
            "account_minute 2026-07-04T14:38:00Z did:plc:alice posts: expected +1 -0, found +2 -0",
            "experience article did:plc:alice: expected 50, found 100",
            "experience code did:plc:alice: expected 30, found 60",
        ],
    ),
    "a changed total": (
        "update total_minute set gained = 2 where metric = 1",
        ["total_minute 2026-07-04T14:38:00Z posts: expected +1 -0, found +2 -0"],
    ),
    "a double count that a loss makes good": (
        "update account_minute set gained = gained + 1, lost = lost + 1 where metric = 4",
        [
            "account_minute 2026-07-04T14:38:00Z did:plc:bob likes: expected +1 -0, found +2 -1",
            # they keep what they earned, whatever is deleted
            "experience article did:plc:bob: expected 60, found 70",
            "experience code did:plc:bob: expected 20, found 30",
        ],
    ),
    "a tally folded and still there": (
        "insert into term_minute select minute, term, gained, lost, dimension from term_tally_1 where term = 881",
        ["term_minute 2026-07-04T14:38:00Z language und: expected +1 -0, found +2 -0"],
    ),
    "a tally gone before it was folded": (
        "delete from term_tally_1 where term = 881",
        [
            "author_minute 2026-07-04T14:38:00Z language und did:web:carol.example: expected an author, found none",
            "term_minute 2026-07-04T14:38:00Z language und: expected +1 -0, found none",
        ],
    ),
    "a repost of another kind of post": (
        "update account_tally_1 set metric = 10 where metric = 9",
        [
            "account_minute 2026-07-04T14:38:00Z did:plc:bob reposts_of_media: expected +0 -0, found +1 -0",
            "account_minute 2026-07-04T14:38:00Z did:plc:bob reposts_of_text: expected +1 -0, found none",
            "experience article did:plc:bob: expected 60, found 70",
            "total_minute 2026-07-04T14:38:00Z reposts_of_media: expected +0 -0, found +1 -0",
            "total_minute 2026-07-04T14:38:00Z reposts_of_text: expected +1 -0, found none",
        ],
    ),
    "a repost whose kind is open, and that waits": (
        "delete from account_tally_1 where metric = 9;"
        "insert into repost_tally values ('2026-07-04 14:38Z', 12, 11, 1, 1, 0)",
        [],
    ),
    "a post that shows something else": (
        "update event set media = 2 where rev = 1",
        ["event did:plc:alice 2222222222223 app.bsky.feed.post 2222222222223 media: expected 0, found 2"],
    ),
    "a loss that is not there": (
        "delete from account_tally_1 where lost = 1",
        [
            "account_minute 2026-07-04T14:39:00Z did:plc:alice likes_received: expected +0 -1, found none",
            (
                "post_minute 2026-07-04T14:39:00Z did:plc:alice 2222222222223 likes_received: "
                "expected +0 -1, found none"
            ),
            "total_minute 2026-07-04T14:39:00Z likes_received: expected +0 -1, found none",
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
        "update account_tally_0 set metric = 99 where metric = 3",
        [
            "account_minute 2026-07-04T14:38:00Z did:web:carol.example ?99: expected +0 -0, found +1 -0",
            "account_minute 2026-07-04T14:38:00Z did:web:carol.example quotes: expected +1 -0, found none",
            "total_minute 2026-07-04T14:38:00Z ?99: expected +0 -0, found +1 -0",
            "total_minute 2026-07-04T14:38:00Z quotes: expected +1 -0, found none",
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
        ["event did:plc:alice 222222222222b app.bsky.actor.profile self operation: expected u, found d"],
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
    "a post that is neither reply nor quote, and mentions another": (
        (
            "update event set reply = null, quote = false where rev = 3;"
            "update event set mentions = '{12}' where rev = 1"
        ),
        [
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
        ["quarantine frame 171558e62c64e1e319cbfb60b7eb6dfd: expected a row with b'{\"garbage', found none"],
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
    "two ids of one term": (
        "insert into term (id, name) values (1602, 'cats'), (1603, 'cats')",
        ["term hashtag cats: expected one id, found 2 ids"],
    ),
    "a tid that stands as text": (
        "insert into rkey (id, name) values (-3, '2222222222223')",
        ["rkey 2222222222223: expected no row: the id of a TID is its number 1, found -3"],
    ),
}


@pytest.mark.parametrize(("statements", "expected"), (TAMPERED | TERMS).values(), ids=TAMPERED | TERMS)
def test_tampering_is_found_and_named(
    counted: psycopg.Connection, tmp_path: Path, statements: LiteralString, expected: list[str]
) -> None:
    counted.execute(statements)
    assert audited(counted, tmp_path) == expected
