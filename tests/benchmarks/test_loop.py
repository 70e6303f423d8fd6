"""Loops give new keys each round, and another host the same keys in another order."""

from __future__ import annotations

from functools import cache
from itertools import islice, pairwise
from typing import Any

import orjson
import pytest

from benchmarks.host import as_other_host
from benchmarks.loop import TICK_US, Loop
from benchmarks.simulator import Simulation
from benchmarks.store import Store, timed
from benchmarks.tid import time_us_of
from benchmarks.wire import lines

COUNT = 6000


@cache
def simulated(poison_share: float) -> list[tuple[int, bytes]]:
    return list(islice(Simulation(3, poison_share=poison_share, accounts_count=2000).events(), COUNT))


def filled(poison_share: float = 0.0) -> Store:
    store = Store()
    for time_us, line in simulated(poison_share):
        store.append(time_us, line)
    return store


def key(event: dict[str, Any]) -> tuple[str, ...]:
    commit = event.get("commit")
    if commit:
        return event["did"], commit["rev"], commit["collection"], commit["rkey"]
    return event["did"], event["kind"], str(event[event["kind"]]["seq"])


def looped(loop: Loop) -> list[dict[str, Any]]:
    events, position = [], 0
    while position < len(loop):
        end = loop.run_end(position, len(loop), 50_000)
        assert end > position
        events += [orjson.loads(line) for line in lines(loop.frames(position, end))]
        position = end
    return events


def test_each_round_has_new_keys_and_the_same_gaps() -> None:
    store = filled()
    loop = Loop(store, 3 * COUNT + 100)
    events = looped(loop)
    assert len(events) == len(loop) == 3 * COUNT + 100
    assert len({key(event) for event in events}) == len(events)
    times = [event["time_us"] for event in events]
    assert times == [loop.time_us(position) for position in range(len(loop))]
    assert all(earlier < later for earlier, later in pairwise(times))
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps[: COUNT - 1] == gaps[COUNT : 2 * COUNT - 1]
    assert loop.shift_us % TICK_US == 0
    with pytest.raises(IndexError):
        loop.time_us(len(loop))


def test_revs_and_times_move_by_the_same() -> None:
    loop = Loop(filled(), 2 * COUNT)
    events = looped(loop)
    assert events[0] == orjson.loads(next(filled().lines()))
    for first, second in zip(events[:COUNT], events[COUNT:], strict=True):
        assert second["time_us"] - first["time_us"] == loop.shift_us
        if "commit" in first:
            rev, moved = first["commit"]["rev"], second["commit"]["rev"]
            assert time_us_of(moved) - time_us_of(rev) == loop.shift_us
            assert moved[-2:] == rev[-2:], "the clock stays"
            assert second["commit"]["rkey"] == first["commit"]["rkey"]


def test_a_cursor_finds_its_event_in_any_round() -> None:
    loop = Loop(filled(), 2 * COUNT + 10)
    for position in (0, 1, COUNT - 1, COUNT, COUNT + 77, 2 * COUNT + 9):
        assert loop.find(loop.time_us(position)) == position
        assert loop.find(loop.time_us(position) - 1) == position
        assert loop.reached(loop.time_us(position)) == position + 1
    assert loop.find(0) == 0
    assert loop.find(loop.time_us(COUNT - 1) + 1) == COUNT
    assert loop.find(10**16) == len(loop)


def test_poison_is_looped_too_and_stays_poison() -> None:
    loop = Loop(filled(poison_share=0.2), 2 * COUNT)
    first = list(lines(loop.frames(0, COUNT)))
    second = list(lines(loop.frames(COUNT, 2 * COUNT)))
    assert [len(line) for line in first] == [len(line) for line in second]
    assert any(b"9999999999999999" in line for line in second)


def test_impossible_loops_are_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        Loop(Store(), 10)
    with pytest.raises(ValueError, match="shift"):
        Loop(filled(), 10, shift_us=TICK_US)
    with pytest.raises(ValueError, match="shift"):
        Loop(filled(), 10, shift_us=TICK_US * 1000 + 1)


def owners(store: Store) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for line in store.lines():
        event = orjson.loads(line)
        found.setdefault(event["did"], []).append(key(event))
    return found


@pytest.mark.parametrize("lag_us", [-3_000_000, 0, 40_000, 90_000_000])
def test_another_host_has_the_same_keys_in_another_order(lag_us: int) -> None:
    store = filled()
    other = as_other_host(store, 7, lag_us, jitter_us=200_000)
    assert owners(other) == owners(store), "the order within a repository is kept"
    before, after = list(store.lines()), list(other.lines())
    assert [key(orjson.loads(line)) for line in before] != [key(orjson.loads(line)) for line in after]
    times = [orjson.loads(line)["time_us"] for line in after]
    assert times == [other.time_us(position) for position in range(len(other))]
    assert all(earlier < later for earlier, later in pairwise(times))
    assert list(as_other_host(iter(before), 7, lag_us, 200_000).lines()) == after, (
        "the same seed, the same host"
    )
    assert list(as_other_host(store, 8, lag_us, 200_000).lines()) != after


def test_lines_that_are_wrong_about_their_time_do_not_spoil_the_order() -> None:
    ahead = b'{"did":"did:plc:b","time_us":9999999999999999,"kind":"commit"}'
    told = [b'{"did":"did:plc:a","time_us":1783123200000000,"kind":"x"}', ahead, b"{nothing",
            b'{"did":"did:plc:a","time_us":1783123200000005,"kind":"x"}']  # fmt: skip
    store = Store()
    for time_us, line in timed(told):
        store.append(time_us, line)
    assert [store.time_us(place) - 1_783_123_200_000_000 for place in range(4)] == [0, 0, 0, 5]
    assert list(store.lines()) == told
    assert ahead in list(as_other_host(store).lines())


def test_a_real_gap_in_a_recording_is_kept() -> None:
    times = [1_783_123_200_000_000, 1_783_223_200_000_000, 1_783_223_200_000_001]
    told = [b'{"did":"did:plc:a","time_us":%d,"kind":"x"}' % time_us for time_us in times]
    assert [time_us for time_us, _ in timed(told)] == times


def test_a_store_takes_no_event_out_of_order() -> None:
    store = Store()
    store.append(5, b"{}")
    store.append(5, b"{}")
    with pytest.raises(ValueError, match="comes after"):
        store.append(4, b"{}")
    assert (len(store), store.find(5), store.reached(5)) == (2, 0, 2)
    store.close()
