"""Sums in memory, compared with dictionaries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector import sums as module
from collector.amounts import Amounts
from collector.errors import Collision
from collector.sums import Sums, together

Row = tuple[tuple[int, int], int, int]
Counts = Counter[tuple[int, ...]]

_KEYS = [*product((-(1 << 63), -1, 0, 5, (1 << 63) - 1), (-7, 0, 1 << 62))]
_AMOUNT = st.one_of(st.integers(0, 3), st.sampled_from([127, 128, 32_767, 32_768, 1 << 31, 1 << 40]))
_ROWS = st.lists(st.tuples(st.sampled_from(_KEYS), _AMOUNT, _AMOUNT), max_size=30)


def amounts(rows: list[Row], columns: int) -> Amounts:
    keys = np.array([key[:columns] for key, _, _ in rows], np.int64).reshape(-1, columns)
    return Amounts(keys, *(np.array([row[at] for row in rows], np.int64) for at in (1, 2)))


def model(rows: list[Row], columns: int, sign: int = 1) -> tuple[Counts, Counts]:
    gained: Counts = Counter()
    lost: Counts = Counter()
    for key, more, less in rows:
        gained[key[:columns]] += sign * more
        lost[key[:columns]] += sign * less
    return gained, lost


def check(sums: Sums, gained: Counts, lost: Counts, columns: int) -> None:
    every = sorted({key[:columns] for key in _KEYS})
    found = sums.of(np.array(every, np.int64))
    assert dict(zip(every, zip(*map(np.ndarray.tolist, found), strict=True), strict=True)) == {
        key: (gained[key], lost[key]) for key in every
    }


@pytest.fixture(params=[100, 0], ids=["all are mixed", "found in halves"], autouse=True)
def found_by(request: pytest.FixtureRequest) -> Iterator[None]:
    """Both ways to find keys."""
    with patch.object(module, "_MIXED", request.param):
        yield


@given(st.lists(_ROWS, max_size=4), st.sampled_from([1, 2]))
def test_what_is_added_and_taken_away_is_as_in_dictionaries(parts: list[list[Row]], columns: int) -> None:
    sums = Sums(amounts([], columns))
    gained, lost = model([], columns)
    for rows in parts:
        sums.add(amounts(rows, columns))
        for total, more in zip((gained, lost), model(rows, columns), strict=True):
            total.update(more)
        check(sums, gained, lost, columns)
    for rows in parts:
        sums.take(amounts(rows, columns))
        for total, less in zip((gained, lost), model(rows, columns), strict=True):
            total.subtract(less)
        check(sums, gained, lost, columns)
    assert len(sums) == 0, "keys that are left without any are gone"


@given(st.lists(_ROWS, min_size=1, max_size=4), st.integers(1, 400), st.sampled_from([1, 2]))
def test_together_are_all_keys_that_gained_so_much(parts: list[list[Row]], at_least: int, columns: int) -> None:
    gained, lost = model([row for rows in parts for row in rows], columns)
    found = together([Sums(amounts(rows, columns)) for rows in parts], at_least)
    rows = {tuple(key): (more, less) for key, more, less in zip(*map(np.ndarray.tolist, found), strict=True)}
    assert rows == {key: (gained[key], lost[key]) for key in gained if gained[key] >= at_least}
    assert len(rows) == len(found.keys), "each once"


@given(
    st.lists(st.tuples(_ROWS, _ROWS, st.lists(st.integers(1, 400), max_size=4)), max_size=4), st.sampled_from([0, 8])
)
def test_heavy_keys_are_those_of_now(doings: list[tuple[list[Row], list[Row], list[int]]], few: int) -> None:
    """Whatever was asked for before, also when keys without any went since."""
    sums, total = Sums(amounts([], 2)), Counter[tuple[int, ...]]()
    with patch.object(module, "_FEW", few):
        for rows, taken, asked in doings:
            sums.add(amounts(rows, 2))
            total.update(model(rows, 2)[0])
            for at_least in asked:
                sums.heavy(at_least)
            sums.take(amounts(taken, 2))
            total.subtract(model(taken, 2)[0])
            for at_least in asked:
                found = sorted(map(tuple, sums.heavy(at_least).tolist()))
                assert found == sorted(key for key in total if total[key] >= at_least)


@given(_ROWS, st.lists(st.sampled_from([-(1 << 63), -1, 3, 5, (1 << 63) - 1]), min_size=1), st.sampled_from([1, 2]))
def test_keys_are_found_by_the_number_that_they_begin_with(rows: list[Row], firsts: list[int], columns: int) -> None:
    found = Sums(amounts(rows, columns)).beginning_with(firsts)
    expected = {key[:columns] for key, _, _ in rows if key[0] in firsts}
    assert sorted(map(tuple, found.tolist())) == sorted(expected)


@given(_ROWS, st.lists(st.sampled_from(_KEYS), max_size=9))
def test_without_says_which_keys_are_not_there(rows: list[Row], keys: list[tuple[int, int]]) -> None:
    found = Sums(amounts(rows, 2)).without(np.array(keys, np.int64).reshape(-1, 2))
    assert list(map(tuple, found.tolist())) == [key for key in keys if key not in {key for key, _, _ in rows}]


def test_of_keys_with_one_mix_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FACTOR", np.uint64(0))
    one, other = ((1, 2), 1, 0), ((1, 3), 1, 0)
    with pytest.raises(Collision):
        Sums(amounts([one, other], 2))
    sums = Sums(amounts([one], 2))
    with pytest.raises(Collision):
        sums.add(amounts([other], 2))
    with pytest.raises(Collision):
        together([sums, Sums(amounts([other], 2))], 1)
