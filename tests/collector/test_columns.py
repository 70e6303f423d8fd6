"""Columns say the same as rows packed one by one."""

from __future__ import annotations

from collections import Counter
from struct import pack

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.columns import NULL, Layout, constant, ints, parts_of, runs, tid_numbers
from sql import tid

BIGINT = st.integers(-(1 << 63), (1 << 63) - 1)
TID = st.integers(0, (1 << 63) - 1).map(tid.text)


@given(st.lists(TID, max_size=5))
def test_tids_have_the_numbers_they_have_one_by_one(tids: list[str]) -> None:
    assert tid_numbers(tids).tolist() == [tid.number(text) for text in tids]


@given(TID, st.integers(0, 12), st.characters(), st.booleans())
def test_one_that_is_no_tid_is_refused_wherever_it_stands(good: str, at: int, character: str, first: bool) -> None:
    odd = good[:at] + character + good[at + 1 :]
    try:
        expected = [tid.number(odd)]
    except ValueError:
        with pytest.raises(ValueError, match="TID"):
            tid_numbers([odd, good] if first else [good, odd])
    else:
        assert tid_numbers([odd]).tolist() == expected


@pytest.mark.parametrize("tids", [["2" * 12, "2" * 14], ["k" + "2" * 12], [""], ["2" * 12 + "é"], ["é" * 13]])
def test_lengths_are_those_of_each(tids: list[str]) -> None:
    with pytest.raises(ValueError, match="TID"):
        tid_numbers(tids)


@given(st.lists(st.tuples(BIGINT, st.integers(-32768, 32767)), min_size=1, max_size=4))
def test_rows_packed_at_once_are_rows_packed_one_by_one(rows: list[tuple[int, int]]) -> None:
    layout = Layout(4, [("wide", "i8"), constant(b"c"), NULL, ("narrow", "i2"), NULL])
    packed = layout.pack(len(rows), wide=ints([wide for wide, _ in rows]), narrow=ints([n for _, n in rows]))
    one_by_one = [
        pack(">hiq", 4, 8, wide) + b"\0\0\0\1c" + NULL + pack(">ih", 2, narrow) + NULL for wide, narrow in rows
    ]
    assert packed.tobytes() == b"".join(one_by_one)
    assert parts_of(packed, slice(layout.size)) == one_by_one
    assert parts_of(packed, slice(2, 14)) == [row[2:14] for row in one_by_one]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=40))
def test_runs_add_up(pairs: list[tuple[int, int]]) -> None:
    first, second = ints([a for a, _ in pairs]), ints([b for _, b in pairs])
    at, n = runs(first, second)
    found: Counter[tuple[int, int]] = Counter()
    for a, b, count in zip(first[at].tolist(), second[at].tolist(), n.tolist(), strict=True):
        found[a, b] += count
    assert found == Counter(pairs)


def test_runs_of_one_column_name_each_value_once() -> None:
    values = np.array([3, 1, 3, 3, 1], np.int64)
    at, n = runs(values)
    assert (values[at].tolist(), n.tolist()) == ([1, 3], [2, 3])
