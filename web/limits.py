"""Limits: how much work readers may cause. Answers that are there cost nothing and are not counted.

A token bucket for each client network, and a cap on what is made at once. It knows addresses, not HTTP.
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from math import ceil

from web.problem import Problem, Unavailable

_NETWORKS_MAX = 50_000
_WAITING_MAX = 200
_WAIT_S = 3.0
_V6_PREFIX = 64
"""What one subscriber is given (RFC 6177 and common practice)."""


@lru_cache(maxsize=10_000)
def network_of(address: str) -> str:
    """The network a client is counted by: an IPv4 address, or the first half of an IPv6 one."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, _V6_PREFIX), strict=False))
    return str(found)


class Buckets:
    """Tokens by client network: `rate` a second come back, up to `burst`. A rate of 0 limits nothing."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, address: str, cost: float = 1.0) -> None:
        """Tokens of the client's network, so many as the answer costs. Raises Problem 429 where there are too few."""
        if not self._rate:
            return
        cost = min(cost, self._burst)  # or nobody could ever have it
        network, now = network_of(address), time.monotonic()
        tokens, at = self._buckets.pop(network, (self._burst, now))
        tokens = min(self._burst, tokens + (now - at) * self._rate)
        if len(self._buckets) >= _NETWORKS_MAX:  # the one that asked the longest ago
            del self._buckets[next(iter(self._buckets))]
        self._buckets[network] = (tokens - cost if tokens >= cost else tokens, now)
        if tokens < cost:
            raise Problem(
                429, "slow-down", f"more than {self._rate:g} answers a second that had to be made for you",
                retry_after_s=max(1, ceil((cost - tokens) / self._rate)),
            )  # fmt: skip


class Work:
    """What is made at once: so much, a queue of those who wait for a moment, and no more."""

    def __init__(self, at_once: int) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._waiting = self._working = 0

    @property
    def under_way(self) -> int:
        """How many are at work or wait for a place."""
        return self._waiting + self._working

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place to work at. Raises Unavailable where there is none for seconds."""
        if self._waiting >= _WAITING_MAX:
            raise Unavailable("busy", "too much is asked for at once", 2)
        self._waiting += 1
        try:
            async with asyncio.timeout(_WAIT_S):
                await self._free.acquire()
        except TimeoutError:
            raise Unavailable("busy", "too much is asked for at once", 2) from None
        finally:
            self._waiting -= 1
        self._working += 1
        try:
            yield
        finally:
            self._working -= 1
            self._free.release()
