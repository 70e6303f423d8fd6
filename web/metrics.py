"""Metrics by their public names, and what the rollups call what they are made of (sql/metrics.py has them)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sql import metrics


def _names(of: Iterable[metrics.Metric]) -> tuple[str, ...]:
    return tuple(metric.key for metric in of)


ENGAGEMENT = _names(metrics.ENGAGEMENT)
KEPT = _names(metrics.SHOWN)
"""What rollups hold."""

OF_ACCOUNT: Mapping[str, tuple[str, ...]] = {name: _names(of) for name, of in metrics.OF_ACCOUNT.items()}
"""What each metric of an account is the sum of."""
OF_POST: Mapping[str, tuple[str, ...]] = {name: _names(of) for name, of in metrics.OF_POST.items()}
"""The same of a post: what it received."""
DIMENSIONS = {"languages": 1, "hashtags": 2, "links": 3, "domains": 4, "emoji": 5}
"""Kinds of terms, and the number that the last bits of their ids are."""
