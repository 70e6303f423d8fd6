"""The audit: recounts from recordings what was delivered, and compares it with a database, key by key.

It is the judge of the collector, so the two share no code for counting: what is right is said by DESIGN.md
alone, written once more here in plain dictionaries. It does not know who counted, how, or how often it was killed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psycopg
from psycopg.pq import TransactionStatus

from benchmarks.recording import is_frames, read
from ops.audit import boards, compare, experience, found, queries, reposts
from ops.audit.deliveries import Deliveries, deliveries
from ops.audit.frames import RepoFrame
from ops.audit.purged import Purged, purged
from ops.audit.recount import Recount, recount
from ops.audit.report import Difference, Report

__all__ = ["Difference", "Report", "audit"]


def audit(
    connection: psycopg.Connection,
    recordings: Sequence[Path],
    *,
    now_us: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Compare what the recordings delivered, all together, with what the database counted.

    The connection is idle, may read everything, quarantine samples too, and finds the schema by its search path.
    `now_us` is the clock that stream times may not be far ahead of. The collector must be at rest, or the difference
    is what it has not counted yet.
    """
    if connection.info.transaction_status != TransactionStatus.IDLE:
        raise ValueError("the audit reads one snapshot: it needs a connection outside any transaction")
    say = progress or (lambda line: None)
    clock_us = time.time_ns() // 1_000 if now_us is None else now_us
    delivered = deliveries(_frames(recordings), clock_us, say)
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        return _compared(connection, delivered, say)


def _frames(recordings: Sequence[Path]) -> Iterator[bytes | RepoFrame]:
    for path in recordings:
        yield from map(RepoFrame, read(path)) if is_frames(path) else read(path)


def _compared(connection: psycopg.Connection, delivered: Deliveries, say: Callable[[str], None]) -> Report:
    report = Report()
    names = found.names(connection)
    compare.names(names, report)
    # quarantine before the log: whatever rightly stands there need not be in the log, and counts nothing
    quarantined = compare.quarantine(delivered, found.rows(connection, queries.QUARANTINE), report)
    gone = purged((did, before, known_to) for did, before, known_to in found.rows(connection, queries.PURGED))
    logged = compare.log(delivered, found.log(connection, names), gone, report)
    say(f"compared {logged.total():,} rows of the log, {quarantined:,} of quarantine")
    compare.lanes(logged, quarantined, found.rows(connection, queries.LANES), report)
    expected = recount(delivered.counted(), gone, found.undecided(connection, names))
    say("recounted")
    hidden = {did for (did,) in found.rows(connection, queries.HIDDEN)}
    boards.compare(expected, delivered.counted(), hidden | expected.unlisted(), found.boards(connection, names), report)
    rulesets, earned = found.rulesets(connection), found.experiences(connection, names)
    experience.compare(expected, rulesets, earned, gone, report)
    for bucket in found.buckets(connection):
        recounted = expected.rolled_up(bucket.microseconds, bucket.before_us)
        _compare_rollups(connection, names, recounted, gone, bucket, report)
    compare.unlisted(expected.unlisted(), found.rows(connection, queries.UNLISTED), report)
    compare.accounts(expected.statuses, found.rows(connection, queries.STATUSES), report)
    say("compared the rollups with their tallies, and the accounts")
    return report


def _compare_rollups(
    connection: psycopg.Connection, names: found.Names, expected: Recount, gone: Purged, bucket: found.Bucket,
    report: Report,
) -> None:  # fmt: skip
    """Of one bucket. The three of a rollup must say the same, so each is recounted, not derived from another."""
    at = (connection, names, bucket)
    for sums in (expected.accounts, expected.posts):
        sums.gained, sums.lost = gone.without(sums.gained), gone.without(sums.lost)
    totals = expected.totals
    totals.gained, totals.lost = gone.totals_without(totals.gained), gone.totals_without(totals.lost)
    for sums in (expected.accounts, totals):
        sums.gained, sums.lost = (reposts.sure_counts(each, expected.unsure) for each in (sums.gained, sums.lost))
    accounts, posts = reposts.sure(gone.left(found.accounts(*at)), expected.unsure), gone.left(found.posts(*at))
    all_together = reposts.sure(gone.totals_left(found.totals(*at)), expected.unsure)
    compare.sums(f"network_{bucket.name}", expected.network, found.network(*at), report)
    compare.sums(f"total_{bucket.name}", totals, all_together, report)
    compare.sums(f"term_{bucket.name}", expected.terms, found.terms(*at), report)
    compare.authors(f"author_{bucket.name}", expected.authors, found.authors(*at), report)
    compare.sums(f"account_{bucket.name}", expected.accounts, accounts, report)
    compare.sums(f"post_{bucket.name}", expected.posts, posts, report)
    if bucket.before_us == 0:  # none is summed up yet: there must be none, and there is nothing to name
        report.compared = {what: n for what, n in report.compared.items() if f"_{bucket.name} " not in what}
