"""Levels: what experience makes of an account. It knows no account, and nothing of how experience is earned.

Level 1 holds the first 150 points, every other one 100 more: the thresholds are 50 + 100 (n - 1). Where progress is
measured, level 1 begins with nothing, so that it is never below zero.
"""

from __future__ import annotations

from typing import NamedTuple

_FIRST, _EACH = 50, 100
LEVEL_MAX = 100_000


class Level(NamedTuple):
    """Where some experience stands."""

    level: int
    next_at: int
    """The experience at which the next level begins; 0: there is none."""
    remaining: int
    """Points to it."""
    progress_percentage: int
    """Of the way to it, 0 to 100, halves up."""


def threshold(level: int) -> int:
    """The experience that a level is reckoned from."""
    return _FIRST + (max(level, 1) - 1) * _EACH


def level_of(experience: int) -> int:
    """The level of that much experience, 0 or more."""
    return min(max(1, 1 + (experience - _FIRST) // _EACH), LEVEL_MAX)


def standing(experience: int) -> Level:
    """Level and progress."""
    level = level_of(experience)
    if level == LEVEL_MAX:
        return Level(level, 0, 0, 100)
    begin = threshold(level) if level > 1 else 0
    end = threshold(level + 1)
    percentage = (200 * (experience - begin) + end - begin) // (2 * (end - begin))  # halves up
    return Level(level, end, end - experience, percentage)
