"""A few frames, and the rows that count them, both written by hand; what the audit says of the two.

It knows no test: those tamper with the rows, or deliver more.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import LiteralString

import psycopg

from benchmarks.recording import Writer
from ops.audit import audit
from tests.ops.audit_lines import (
    ALICE,
    BOB,
    CAROL,
    FOLLOW,
    LIKE,
    NOW,
    POST,
    REPOST,
    START,
    about,
    account,
    answer,
    commit,
    delete,
    frame,
    identity,
    mention,
    quote,
    tid,
    uri,
)

SECOND = 1_000_000
ALICES_POST = uri(ALICE, tid("3"))
REFUSED_LIKE = commit(BOB, LIKE, tid("c"), {}, at=START + 6 * SECOND)

ABOUT_CATS = {
    "text": "Look 🐈",
    "langs": ["en-US"],
    "tags": ["#Cats"],
    "embed": {"$type": "app.bsky.embed.external", "external": {"uri": "https://www.example.com/a?utm_id=5#b"}},
    "facets": [mention(CAROL)],
}

FRAMES = [
    commit(ALICE, POST, tid("3"), ABOUT_CATS, at=START + 1 * SECOND),
    commit(BOB, LIKE, tid("4"), about(ALICES_POST), at=START + 2 * SECOND),
    commit(
        CAROL,
        POST,
        tid("5"),
        {"reply": answer(ALICES_POST), "embed": quote(uri(BOB, "my-post"))},
        at=START + 3 * SECOND,
    ),
    commit(BOB, REPOST, tid("6"), about(ALICES_POST), at=START + 4 * SECOND),
    commit(CAROL, FOLLOW, tid("7"), {"subject": ALICE}, at=START + 5 * SECOND),
    delete(BOB, LIKE, tid("4"), rev=tid("a"), at=START + 61 * SECOND),
    commit(ALICE, "app.bsky.actor.profile", "self", operation="update", rev=tid("b"), at=START + 62 * SECOND),
    identity(ALICE, 900, at=START + 63 * SECOND),
    account(CAROL, 901, False, at=START + 64 * SECOND, status="deactivated", time="2026-07-04T14:39:04Z"),
    b'{"garbage',
    REFUSED_LIKE,
    frame(kind="heartbeat"),
    # the like again, from another host
    commit(BOB, LIKE, tid("4"), about(ALICES_POST), at=START + 70 * SECOND),
]

# Accounts: alice 11, bob 12, carol 13. Collections: like 1, post 2, repost 3, follow 4, '#identity' 5, '#account' 6,
# profile 7. Terms, by dimension in the last three bits: en 801, und 881, #Cats 802, the link 803, its domain 804, the
# emoji 805. Amounts stand in the rollups, in one segment of tallies or the other, or in some of each.
ROWS: LiteralString = """
insert into account (id, did, active, status, status_time, status_seq)
values
  (11, 'did:plc:alice', true, null, null, null),
  (12, 'did:plc:bob', true, null, null, null),
  (13, 'did:web:carol.example', false, 'deactivated', '2026-07-04 14:39:04Z', 901);
insert into rkey (id, name) values (-1, 'my-post'), (-2, 'self');
insert into collection (name) values ('app.bsky.actor.profile');
insert into term (id, name)
values
  (801, 'en'),
  (881, 'und'),
  (802, 'cats'),
  (803, 'https://www.example.com/a'),
  (804, 'example.com'),
  (805, '🐈');

select ensure_day('2026-07-04');
insert into event (time, actor, rev, rkey, subject_account, subject_rkey, quote_account, quote_rkey,
  collection, lane, operation, reply, quote, mentions, terms, media)
values
  ('2026-07-04 14:38:01Z', 11,   1,   1, null, null, null, null, 2, 16, 'c', false, false, '{13}',
    '{805, 801, 802, 803, 804}', 0),
  ('2026-07-04 14:38:02Z', 12,   2,   2,   11,    1, null, null, 1, 17, 'c',  null,  null,   null,   null, null),
  ('2026-07-04 14:38:03Z', 13,   3,   3,   11,    1,   12,   -1, 2, 16, 'c',  true,  true,   null, '{881}', 0),
  ('2026-07-04 14:38:04Z', 12,   4,   4,   11,    1, null, null, 3, 17, 'c',  null,  null,   null,   null, null),
  ('2026-07-04 14:38:05Z', 13,   5,   5,   11, null, null, null, 4, 16, 'c',  null,  null,   null,   null, null),
  ('2026-07-04 14:39:01Z', 12,   6,   2, null, null, null, null, 1, 17, 'd',  null,  null,   null,   null, null),
  ('2026-07-04 14:39:02Z', 11,   7,  -2, null, null, null, null, 7, 16, 'u',  null,  null,   null,   null, null),
  ('2026-07-04 14:39:03Z', 11, 900, 900, null, null, null, null, 5, 16, 'e',  null,  null,   null,   null, null),
  ('2026-07-04 14:39:04Z', 13, 901, 901, null, null, null, null, 6, 16, 'e',  null,  null,   null,   null, null);

insert into account_minute (minute, account, metric, gained, lost)
values
  ('2026-07-04 14:38Z', 11, 1, 1, 0),
  ('2026-07-04 14:38Z', 13, 16, 1, 0),
  ('2026-07-04 14:38Z', 12, 4, 1, 0),
  ('2026-07-04 14:38Z', 11, 14, 1, 0),
  ('2026-07-04 14:40Z', 11, 14, 0, 0);
insert into total_minute select minute, metric, sum(gained), sum(lost) from account_minute group by minute, metric;
insert into post_minute (minute, account, rkey, metric, gained, lost)
values ('2026-07-04 14:38Z', 11, 1, 14, 1, 0);
insert into account_tally_0 (minute, account, rkey, metric, gained, lost)
values
  ('2026-07-04 14:38Z', 13, null, 2, 1, 0),
  ('2026-07-04 14:38Z', 13, null, 3, 1, 0),
  ('2026-07-04 14:38Z', 11, 1, 12, 1, 0),
  ('2026-07-04 14:38Z', 12, -1, 13, 1, 0),
  ('2026-07-04 14:39Z', 12, null, 4, 0, 1);
insert into account_tally_1 (minute, account, rkey, metric, gained, lost)
values
  ('2026-07-04 14:39Z', 11, 1, 14, 0, 1),
  ('2026-07-04 14:38Z', 12, null, 5, 1, 0),
  ('2026-07-04 14:38Z', 12, null, 9, 1, 0),
  ('2026-07-04 14:38Z', 11, 1, 15, 1, 0),
  ('2026-07-04 14:38Z', 13, null, 6, 1, 0),
  ('2026-07-04 14:38Z', 11, null, 17, 1, 0);

insert into term_minute (minute, term, dimension, gained, lost)
values ('2026-07-04 14:38Z', 801, 1, 1, 0), ('2026-07-04 14:38Z', 802, 2, 1, 0);
insert into author_minute (minute, term, author)
values ('2026-07-04 14:38Z', 801, 11), ('2026-07-04 14:38Z', 802, 11);
insert into term_tally_0 (minute, term, author, dimension, gained, lost)
values
  ('2026-07-04 14:38Z', 803, 11, 3, 1, 0),
  ('2026-07-04 14:38Z', 804, 11, 4, 1, 0),
  ('2026-07-04 14:39Z', 802, 12, 2, 0, 0);
insert into term_tally_1 (minute, term, author, dimension, gained, lost)
values ('2026-07-04 14:38Z', 881, 13, 1, 1, 0), ('2026-07-04 14:38Z', 805, 11, 5, 1, 0);

insert into network_minute (minute, collection, operation, events)
values ('2026-07-04 14:38Z', 2, 'c', 1), ('2026-07-04 14:38Z', 1, 'c', 1);
insert into network_tally_0 (minute, collection, operation, events)
values ('2026-07-04 14:38Z', 2, 'c', 1), ('2026-07-04 14:38Z', 3, 'c', 1), ('2026-07-04 14:38Z', 4, 'c', 1);
insert into network_tally_1 (minute, collection, operation, events)
values
  ('2026-07-04 14:39Z', 1, 'd', 1),
  ('2026-07-04 14:39Z', 7, 'u', 1),
  ('2026-07-04 14:39Z', 5, 'e', 1),
  ('2026-07-04 14:39Z', 6, 'e', 1);

update lane set events = 6, quarantined = 1 where lane = 16;
update lane set events = 3, quarantined = 1 where lane = 17;
"""

QUARANTINED: LiteralString = """
insert into quarantine (digest, reason, host, lane, epoch, size, sample)
values (%s, %s, 'jetstream.example', 0, 1, %s, %s)
"""


def count_rightly(database: psycopg.Connection) -> None:
    """Put in what the frames amount to."""
    database.execute(ROWS)
    stand(database, "json", FRAMES[9])
    stand(database, "subject", REFUSED_LIKE)


def stand(database: psycopg.Connection, reason: str, frame: bytes) -> None:
    """Put a frame in quarantine."""
    database.execute(QUARANTINED, (os.urandom(16), reason, len(frame), frame[:65_536]))


def recording(folder: Path, frames: Iterable[bytes], name: str = "audited.jsonl") -> Path:
    """A recording of these frames."""
    with Writer(folder / name) as writer:
        for frame in frames:
            writer.write(frame)
    return folder / name


def audited(database: psycopg.Connection, folder: Path, frames: Iterable[bytes] = FRAMES) -> list[str]:
    """What differs, as text."""
    report = audit(database, [recording(folder, frames)], now_us=NOW)
    assert report.diff == len(report.differences)
    assert report.exit_code == (1 if report.differences else 0)
    return sorted(str(difference) for difference in report.differences)
