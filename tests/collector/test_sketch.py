"""Sketches: what they say of sets whose size is known."""

from __future__ import annotations

import numpy as np
import pytest

from collector.sketch import STANDARD_ERROR, empty, estimate, sketch_of, union


def ids(count: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(-(1 << 63), (1 << 63) - 1, count, dtype=np.int64)


def test_nothing_is_none() -> None:
    assert estimate(empty()) == 0
    assert estimate(sketch_of(ids(0))) == 0


@pytest.mark.parametrize("count", [1, 2, 10, 100])
def test_few_are_counted_as_they_are(count: int) -> None:
    assert abs(estimate(sketch_of(ids(count))) - count) <= count // 50


@pytest.mark.parametrize("count", [3_000, 20_000, 40_000, 60_000, 300_000])
def test_the_standard_error_is_as_stated_at_every_size(count: int) -> None:
    off = [estimate(sketch_of(ids(count, seed))) / count - 1 for seed in range(12)]
    assert abs(np.mean(off)) < STANDARD_ERROR
    assert np.sqrt(np.mean(np.square(off))) < 1.6 * STANDARD_ERROR


def test_what_comes_twice_is_there_once() -> None:
    once = ids(1000)
    assert (sketch_of(np.concatenate([once, once])) == sketch_of(once)).all()


def test_the_union_is_the_sketch_of_all() -> None:
    a, b = ids(5000, 1), ids(5000, 2)
    assert (union([sketch_of(a), sketch_of(b)]) == sketch_of(np.concatenate([a, b]))).all()


@pytest.mark.parametrize(
    ("number", "at", "rank"), [(0, 0, 51), (1, 1, 51), (-1, (1 << 14) - 1, 1), (-(1 << 63), 0, 1), (1 << 14, 0, 50)]
)
def test_the_low_bits_choose_a_register_and_the_leading_zeros_of_the_others_go_into_it(
    number: int, at: int, rank: int
) -> None:
    registers = sketch_of(np.array([number], np.int64))
    assert (np.flatnonzero(registers).tolist(), int(registers[at])) == ([at], rank)
