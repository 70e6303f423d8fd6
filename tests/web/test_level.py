"""Levels against the formula, written down once more, step by step as it was published."""

from __future__ import annotations

from random import Random

import pytest

from web.level import level_of, standing, threshold


def published_threshold(n: int) -> int:
    return 50 if n <= 1 else 50 + (n - 1) * 100


def published_level(xp: int) -> int:
    if xp < 50:
        return 1
    return min(1 + int((xp - 50) / 100), 100_000)


def some() -> list[int]:
    """Every one of the first, those about thresholds, and some of any size."""
    random = Random(9)
    near = [published_threshold(n) + d for n in (1, 2, 3, 10, 999, 1000, 99_999, 100_000, 100_001) for d in (-1, 0, 1)]
    return [*range(2_000), *near, *(random.randrange(20_000_000) for _ in range(2_000))]


def test_levels_are_those_of_the_published_formula() -> None:
    for xp in some():
        level = published_level(xp)
        found = standing(xp)
        assert (found.level, level_of(xp)) == (level, level), xp
        if level == 100_000:
            assert found[1:] == (0, 0, 100)
            continue
        assert found.next_at == published_threshold(level + 1), xp
        assert found.remaining == found.next_at - xp > 0, xp
        if level > 1:
            begin = published_threshold(level)
            progress = (xp - begin) / (published_threshold(level + 1) - begin)
            assert found.progress_percentage == round(progress * 100), xp
        else:  # published as negative below 50
            assert found.progress_percentage == round(xp / 150 * 100), xp
        assert 0 <= found.progress_percentage < 100, xp


def test_the_published_examples() -> None:
    levels = {0: 1, 30: 1, 50: 1, 149: 1, 150: 2, 249: 2, 250: 3, 1000: 10, 99_999: 1000}
    assert {xp: level_of(xp) for xp in levels} == levels
    assert standing(1000) == (10, 1050, 50, 50)
    assert [threshold(n) for n in (0, 1, 2, 3, 4)] == [50, 50, 150, 250, 350]


@pytest.mark.parametrize("more", [0, 1, 10, 50, 101, 5_000])
def test_more_experience_is_never_less_of_a_level(more: int) -> None:
    for xp in some():
        before, after = standing(xp), standing(xp + more)
        assert 0 <= after.level - before.level <= more // 100 + 1
        assert (after.level, after.progress_percentage) >= (before.level, before.progress_percentage)
