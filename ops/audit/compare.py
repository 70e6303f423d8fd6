"""The comparison, key by key: what must be against what the database says.

It owns which values may differ (nothing but the choice among delivered stream times, and zeros that stand or do
not). It counts nothing itself.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Mapping

from ops.audit.content import POST, Content
from ops.audit.deliveries import BEGINS_BYTES, Deliveries, Refusal, sample_digest
from ops.audit.found import LogRow, Names, Row
from ops.audit.frames import Event, Key
from ops.audit.purged import Purged
from ops.audit.recount import Status, Sums
from ops.audit.report import Report, moment
from ops.audit.syntax import tid, tid_text

LANES = 32


def quarantine(delivered: Deliveries, found: Iterable[Row], report: Report) -> int:
    """Each refusal stands once, with a sample of its own; mark which do. Return the number of rows."""
    by_sample: dict[bytes, list[Refusal]] = {}
    for refusal in delivered.refusals.values():
        for sample in refusal.samples:
            by_sample.setdefault(sample, []).append(refusal)
    count = 0
    for digest, reason, sample in found:
        count += 1
        meant = by_sample.get(sample_digest(sample), [])
        missing = next((refusal for refusal in meant if not refusal.stands), None)
        if missing is not None:
            missing.stands = True
        else:
            expected = "one row for this frame" if meant else "no such row"
            report.differs(
                "quarantine", (bytes(digest).hex(),), expected, f"{reason}: {bytes(sample[:BEGINS_BYTES])!r}"
            )
    for identity, refusal in delivered.refusals.items():
        if not refusal.stands and identity not in delivered.events:
            report.differs("quarantine", _identity(identity), f"a row with {refusal.begins!r}", "none")
    report.compared["quarantined"] = len(delivered.refusals)
    return count


def log(delivered: Deliveries, found: Iterable[LogRow], gone: Purged, report: Report) -> Counter[int]:
    """Each event has one row with a delivered time, but those that are gone; note that time. Return the number of rows
    of each lane, with those that are gone."""
    lanes: Counter[int] = Counter()
    for row in found:
        lanes[row.lane] += 1
        event = delivered.events.get(row.key)
        if event is None:
            report.differs(
                "event", _readable(row.key), "no row: never delivered", f"a row at {moment(row.time_us)}"
            )
        elif event.logged is not None:
            report.differs("event", _readable(row.key), "one row", f"another at {moment(row.time_us)}")
        else:
            event.logged = row.time_us
            _log_row(event, row, report)
    for key, event in delivered.events.items():
        if event.logged is None and gone.takes(key[0], event.time):
            lanes[zlib.crc32(key[0].encode()) % LANES] += 1
        else:
            _standing(delivered, key, event, report)
    report.compared["events"] = len(delivered.events)
    return lanes


def _standing(delivered: Deliveries, key: Key, event: Event, report: Report) -> None:
    """An event stands in the log; one that came ill-formed too, in the log or in quarantine."""
    either = delivered.either(key)
    if event.logged is None and not (either and delivered.refusals[key].stands):
        expected = "a row, here or in quarantine" if either else "a row"
        report.differs("event", _readable(key), f"{expected} at {moment(event.times[0])}", "none")
    elif event.logged is not None and either and delivered.refusals[key].stands:
        report.differs("event", _readable(key), "a row here or in quarantine", "both")


def _log_row(event: Event, row: LogRow, report: Report) -> None:
    if row.time_us not in event.times:
        expected = " or ".join(moment(time) for time in event.times)
        report.differs("event", (*_readable(event.key), "time"), expected, moment(row.time_us))
    pairs: list[tuple[str, object, object]] = [
        ("operation", event.operation, row.operation),
        ("lane", zlib.crc32(event.key[0].encode()) % LANES, row.lane),
    ]
    if event.content is None:
        pairs.append(("terms", (), row.terms))
    else:
        pairs += _content(event, event.content, row)
    for name, must, stands in pairs:
        if must != stands:
            report.differs("event", (*_readable(event.key), name), _words(must), _words(stands))


def _content(event: Event, made: Content, row: LogRow) -> list[tuple[str, object, object]]:
    """What the row of a create says of its record; of updates and deletes nothing but that they have no terms."""
    actor = event.key[0]
    others = tuple(mentioned for mentioned in row.mentions if mentioned != actor)
    return [
        ("subject", made.subject, row.subject),
        ("reply", made.reply, row.reply),
        ("quote", made.quote, row.quote),
        ("quoted", made.quoted, row.quoted),
        ("mentions", tuple(mentioned for mentioned in made.mentions if mentioned != actor), others),
        ("terms", made.terms, row.terms),
        ("media", made.media if event.key[2] == POST else None, row.media),
    ]


def sums(table: str, expected: Sums, found: Iterable[tuple[Row, int, int]], report: Report) -> None:
    """Each key gained and lost what it must; an empty key may stand or not. Uses `expected` up."""
    report.compared[f"{table} keys"] = len(expected.gained.keys() | expected.lost.keys())
    for key, gained, lost in found:
        must = expected.gained.pop(key, 0), expected.lost.pop(key, 0)
        if must != (gained, lost):
            report.differs(table, _bucket(key), _amount(*must), _amount(gained, lost))
    for key in expected.gained.keys() | expected.lost.keys():
        report.differs(table, _bucket(key), _amount(expected.gained[key], expected.lost[key]), "none")


def authors(table: str, expected: set[Row], found: Iterable[Row], report: Report) -> None:
    """Each author of what a term gained stands once, and nobody else. Uses `expected` up."""
    report.compared[f"{table} keys"] = len(expected)
    for key in found:
        if key in expected:
            expected.remove(key)
        else:
            report.differs(table, _bucket(key), "no such author", "one")
    for key in expected:
        report.differs(table, _bucket(key), "an author", "none")


def lanes(logged: Counter[int], quarantined: int, found: Iterable[Row], report: Report) -> None:
    """The lanes' running totals are the rows that stand: each its own in the log, all together in quarantine."""
    total = 0
    for lane, events, refused in found:
        total += refused
        rows = logged.pop(lane, 0)
        if events != rows:
            report.differs("lane", (lane, "events"), f"{rows} as in the log", events)
    for lane, rows in logged.items():
        report.differs("lane", (lane, "events"), f"{rows} as in the log", "no such lane")
    if total != quarantined:
        report.differs("lane", ("all", "quarantined"), f"{quarantined} as in quarantine", total)
    report.compared["lanes"] = LANES


def accounts(expected: Mapping[str, Status], found: Iterable[Row], report: Report) -> None:
    """Each account is as its latest account event says; without one it is active and has no status."""
    found_by_did = {did: (active, status, seq) for did, active, status, seq in found}
    for did in expected.keys() | found_by_did.keys():
        seen = expected.get(did)
        must = (True, None, None) if seen is None else (seen.active, seen.status, seen.seq)
        stands = found_by_did.get(did, (True, None, None))
        if must != stands:
            report.differs("account", (did,), _status(*must), _status(*stands))
    report.compared["account statuses"] = len(expected)


def unlisted(expected: set[str], found: Iterable[Row], report: Report) -> None:
    """The accounts that ask not to be shown to everybody are the ones that are marked."""
    marked = {did for (did,) in found}
    for did in expected ^ marked:
        report.differs("account", (did, "unlisted"), did in expected, did in marked)
    report.compared["unlisted accounts"] = len(expected)


def names(names: Names, report: Report) -> None:
    """Each name has one id, or its numbers would stand apart; and a TID is its own."""
    tables: dict[str, Mapping[int, object]] = {
        "account": names.accounts,
        "rkey": names.rkeys,
        "term": names.terms,
    }
    for table, by_id in tables.items():
        for name, count in Counter(by_id.values()).items():
            if count > 1:
                report.differs(table, name if isinstance(name, tuple) else (name,), "one id", f"{count} ids")
    for id, name in names.rkeys.items():
        number = tid(name)
        if number is not None:
            report.differs("rkey", (name,), f"no row: the id of a TID is its number {number}", id)


def _readable(key: Key) -> tuple[object, ...]:
    """A key as the network writes it."""
    did, rev, collection, rkey = key
    if rkey is None:
        return did, collection, rev
    return did, tid_text(rev), collection, tid_text(rkey)


def _bucket(key: Row) -> tuple[object, ...]:
    """The key of a rollup row: its minute in words, record keys as the network writes them."""
    return moment(key[0]), *(tid_text(part) for part in key[1:])


def _words(value: object) -> object:
    """A field of a log row: names side by side."""
    if isinstance(value, tuple):
        return " ".join(_word(part) for part in value if part is not None) or "none"
    return "none" if value is None else value


def _word(part: object) -> str:
    """A name, or a term as 'dimension:key'."""
    return ":".join(part) if isinstance(part, tuple) else str(tid_text(part))


def _identity(identity: Key | bytes) -> tuple[object, ...]:
    return ("frame", identity.hex()) if isinstance(identity, bytes) else _readable(identity)


def _amount(gained: int, lost: int) -> str:
    return f"+{gained} -{lost}"


def _status(active: bool, status: str | None, seq: int | None) -> str:
    told = "by no event" if seq is None else f"by event {seq}"
    return (
        f"{'active' if active else 'not active'}, {'no status' if status is None else repr(status)}, {told}"
    )
