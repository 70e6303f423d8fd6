"""Several tries of one measurement as one result: the median of each figure, and how far the tries lie apart.

It knows nested figures, and not what they are of.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Any


def median(values: list[Any]) -> Any:
    """Of numbers, None being above them all; of dicts and lists for each item."""
    if isinstance(values[0], dict):
        return {name: median([value[name] for value in values]) for name in values[0]}
    if isinstance(values[0], list):
        return [median(list(items)) for items in zip(*values, strict=False)]
    middle = statistics.median(math.inf if value is None else value for value in values)
    return None if math.isinf(middle) else round(middle, 3)


def spread(tries: Sequence[dict[str, Any]]) -> dict[str, tuple[float, float]]:
    """The least and the largest of every figure, by its name with a point between what it stands in; without those of
    which a try has none, and without lists."""
    flat = [_flat(each) for each in tries]
    return {
        name: (round(min(found), 3), round(max(found), 3))
        for name in flat[0]
        if len(found := [each[name] for each in flat if name in each]) == len(flat)
    }


def result_of(tries: list[dict[str, Any]]) -> dict[str, Any]:
    """The medians, beside them `spread` and the `tries` themselves."""
    medians: dict[str, Any] = median(tries)
    return {**medians, "spread": spread(tries), "tries": tries}


def _flat(found: dict[str, Any], before: str = "") -> dict[str, float]:
    flat: dict[str, float] = {}
    for name, value in found.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{before}{name}.")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            flat[before + name] = value
    return flat
