"""Metrics by their public names, and what the rollups call what they are made of."""

from __future__ import annotations

from collections.abc import Mapping

ENGAGEMENT = ("likes_received", "reposts_received", "replies_received", "quotes_received")
KEPT = (
    "posts", "replies", "quotes", "likes", "reposts", "follows", "replies_received", "quotes_received",
    "likes_received", "reposts_received", "mentions_received", "followers",
)  # fmt: skip
"""What rollups hold."""

OF_ACCOUNT: Mapping[str, tuple[str, ...]] = {**{metric: (metric,) for metric in KEPT}, "engagement": ENGAGEMENT}
"""What each metric of an account is the sum of."""
OF_POST: Mapping[str, tuple[str, ...]] = {
    **{metric.removesuffix("_received"): (metric,) for metric in ENGAGEMENT},
    "engagement": ENGAGEMENT,
}
"""The same of a post: what it received."""
DIMENSIONS = {"languages": 1, "hashtags": 2, "links": 3, "domains": 4, "emoji": 5}
"""Kinds of terms, and the number that the last bits of their ids are."""
