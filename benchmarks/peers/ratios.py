"""Ratios: how much faster ours is than whom, of contenders in the same try.

A machine that is slow for a while is slow for both, so the median of ratios says more than the ratio of medians.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any, NamedTuple


class _Pair(NamedTuple):
    ours: str
    theirs: str
    what: str
    least: float | None = None
    """What we mean to reach."""


_PAIRS = (
    _Pair("skytally", "copy", "one bare COPY of the same rows, our indexes: the limit", 0.4),
    _Pair("skytally-fold", "copy", "the same, ours with the fold and the boards"),
    _Pair("skytally", "copy-unindexed", "one bare COPY into a table without an index"),
    _Pair("skytally-v2", "sdk-jetstream", "the SDK's Jetstream client, only decoding", 1.0),
    _Pair("skytally-repos", "sdk-firehose", "the SDK's firehose example on all cores, only decoding", 1.0),
    _Pair("skytally", "executemany", "executemany of 1,000, raw and uncounted", 1.0),
    _Pair("skytally-fold", "executemany", "the same, ours with the fold and the boards"),
    _Pair("skytally", "insert-async", "an INSERT a row that does not wait for the disk"),
    _Pair("skytally", "insert", "an INSERT a row, as most people write it"),
)
"""The strongest first."""


def figures_of(tries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Of each contender, each figure as median, min and max of the tries."""
    first = tries[0]
    return {name: {what: _spread([one[name][what] for one in tries]) for what in first[name]} for name in first}


def ratios_of(tries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Ours over theirs in events a second, of those that took part; the strongest first."""
    return [
        {**pair._asdict(), "ratio": _spread([_rate(one, pair.ours) / _rate(one, pair.theirs) for one in tries])}
        for pair in _PAIRS
        if {pair.ours, pair.theirs} <= set(tries[0])
    ]


def _rate(one: dict[str, Any], name: str) -> float:
    rate: float = one[name]["events_per_second"]
    return rate


def _spread(values: list[float]) -> dict[str, float]:
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}
