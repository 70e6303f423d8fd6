"""Wires: the same network over each of them comes to the same event log and the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import psycopg
import pytest

from benchmarks.simulator import write_recording
from ops.audit import audit
from sql.session import connect
from tests.collector.test_end_to_end import EXPECTED, GENUINE, collect, counted, served
from tests.conftest import new_database

GENUINE_FRAMES = "jetstream-corpus-2026-07-04/frames.bin.zst"
# All columns but `time`, which each host says of its own: a relay one for all of a commit, Jetstream one each. Names in
# place of ids, which are salted by database.
LOG = """
select
  actor.did, event.lane, event.operation, event.rev, event.rkey, rkey.name, collection.name, subject.did,
  event.subject_rkey, quoted.did, event.quote_rkey, event.reply, event.quote,
  (select array_agg(did order by did) from account where account.id = any (event.mentions)),
  (select array_agg(dimension || ' ' || name order by dimension, name) from term where term.id = any (event.terms))
from event
join account as actor on actor.id = event.actor
join collection on collection.id = event.collection
left join rkey on rkey.id = event.rkey
left join account as subject on subject.id = event.subject_account
left join account as quoted on quoted.id = event.quote_account
"""
NUMBERS = """
select account.did, metric.name, sum(gained), sum(lost)
from account_minute
join account on account.id = account_minute.account
join metric on metric.id = account_minute.metric
group by 1, 2
"""
RKEY = 4


def rows(database: psycopg.Connection, query: str) -> list[tuple[object, ...]]:
    """What a query says, in an order of its own; record keys without a TID by their names, not their ids."""
    found = [list(row) for row in database.execute(query.encode()).fetchall()]
    for row in found:
        if len(row) > RKEY and isinstance(row[RKEY], int) and row[RKEY] < 0:
            row[RKEY] = None
    return sorted((tuple(map(str, row)) for row in found), key=repr)


def differences(database: psycopg.Connection, recordings: Sequence[Path]) -> list[object]:
    return list(audit(database, recordings).differences[:5])


@pytest.mark.parametrize(
    "order", [(GENUINE, GENUINE_FRAMES), pytest.param((GENUINE_FRAMES, GENUINE), marks=pytest.mark.long)]
)
def test_the_genuine_frames_and_the_genuine_lines_of_one_moment_are_the_same_events(
    server: str, recorded: Path, order: tuple[str, str]
) -> None:
    """Each alone and twice; and one after the other, with a switch of host, and nothing new comes of it."""
    said = []
    for name in order:
        with new_database(server) as conninfo, connect(conninfo, None, "test") as database:
            with served(recorded / name) as url:
                for _ in range(2):
                    collect(conninfo, url)
            assert differences(database, [recorded / name]) == []
            said.append((rows(database, LOG), rows(database, NUMBERS)))
            found = counted(database)
            assert {what: found.get(what, 0) for what in EXPECTED} == EXPECTED
            with served(recorded / order[1]) as url:
                collect(conninfo, url)
            assert (rows(database, LOG), rows(database, NUMBERS)) == said[-1]
            assert differences(database, [recorded / name, recorded / order[1]]) == []
    assert said[0] == said[1]


@pytest.mark.long
def test_a_simulated_history_is_the_same_as_lines_and_as_frames(server: str, tmp_path: Path) -> None:
    said = []
    for name in ("history.jsonl.zst", "history.bin.zst"):
        write_recording(tmp_path / name, 6000, seed=11, rate=2000)
        with new_database(server) as conninfo, connect(conninfo, None, "test") as database:
            with served(tmp_path / name) as url:
                collect(conninfo, url)
            assert differences(database, [tmp_path / name]) == []
            said.append((rows(database, LOG), rows(database, NUMBERS)))
    assert len(said[0][0]) == 6000
    assert said[0] == said[1]


def test_jetstreams_own_wire_and_compression_come_to_the_same(server: str, recorded: Path) -> None:
    """Lines of /subscribe, compressed or not, and the same in envelopes, with the dictionary that the host gives."""
    folder = recorded / "dictionaries"
    legacy, own = folder / "legacy_subscribe.zdict", folder / "subscribe_events_20260811.zdict"
    said = []
    with new_database(server) as conninfo, connect(conninfo, None, "test") as database:
        for given in (
            {"dictionary": legacy.read_bytes()}, {"events": True}, {"events": True, "dictionary": own.read_bytes()}, {}
        ):  # fmt: skip
            with served(recorded / GENUINE, **given) as url:
                collect(conninfo, url, zstd_dictionaries=(str(legacy),))
            said.append((rows(database, LOG), rows(database, NUMBERS)))
            assert differences(database, [recorded / GENUINE]) == []
    assert len(said[0][0]) == 152
    assert said == [said[0]] * 4
