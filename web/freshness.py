"""Freshness: how long an answer is fresh, and what caches between us and a reader are told.

One table for the origin and for CDNs. What a CDN may keep is what is left of it here, so that layers
do not add up (`worst_age_s`).
"""

from __future__ import annotations

import random
from typing import NamedTuple

STALE_AT_CDN_S = 5
"""What a CDN may keep of a stale answer."""
BROWSER_S_MAX = 30
NAMES_AT_CDN_S_MAX = 60
"""Where accounts are named, nobody can be told to forget them, unless there is a purge hook."""
IF_ERROR_S = 600
NAMES_IF_ERROR_S = 120


_JITTER = 0.1
"""By how much of its time an entry may be fresh for a shorter one: not everything made at once ends at once."""


class Freshness(NamedTuple):
    """Seconds that an answer is fresh, and those that it may be served after them while it is made anew."""

    fresh_s: int
    stale_s: int

    def ends(self, made_at: float) -> tuple[float, float]:
        """When what was made at a time is not fresh any more, and when not even stale."""
        fresh_until = made_at + self.fresh_s * (1 - _JITTER * random.random())
        return fresh_until, fresh_until + self.stale_s


LIVE = Freshness(30, 30)
HISTORY = Freshness(3600, 86_400)
"""Of a time that is over."""
OF_WINDOW = {
    "1h": LIVE,
    "1d": Freshness(300, 300),
    "7d": Freshness(1800, 1800),
    "30d": Freshness(7200, 7200),
    "90d": Freshness(7200, 7200),
    "all": Freshness(7200, 7200),
}


def longest_at_cdn_s() -> int:
    """How long a CDN may serve what it should be told to forget and is not: its time, and while it is stale as long."""
    return 2 * max(each.fresh_s for each in (*OF_WINDOW.values(), LIVE, HISTORY))


def cache_control(left_s: float, *, names_accounts: bool, purges: bool) -> str:
    """What is said of an answer that is fresh for so long; below zero: it is stale."""
    shared = max(1, int(left_s)) if left_s > 0 else STALE_AT_CDN_S
    browser, if_error = shared, IF_ERROR_S
    if names_accounts:
        shared = shared if purges else min(shared, NAMES_AT_CDN_S_MAX)
        browser, if_error = min(shared, BROWSER_S_MAX), NAMES_IF_ERROR_S
    return f"public, max-age={browser}, s-maxage={shared}, stale-while-revalidate={shared}, stale-if-error={if_error}"


def worst_age_s(freshness: Freshness, *, names_accounts: bool, purges: bool) -> int:
    """The oldest that numbers can be when a reader first sees them, while nothing is broken.

    Either a CDN took them when they were new and served them once more while it asked again, or they were stale at the
    origin until the end, and then at the CDN. A browser adds nothing: a CDN says their Age (RFC 9111, 4).
    """
    fresh, stale = freshness
    shared = fresh if purges or not names_accounts else min(fresh, NAMES_AT_CDN_S_MAX)
    return max(fresh + shared, fresh + stale + 2 * STALE_AT_CDN_S)
