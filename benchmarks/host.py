"""Another host: the same events as a second Jetstream instance would number and order them.

This module owns the difference between two instances: stream times that lag and jitter, and so another order
across repositories; the order within one repository is kept. It does not know which host a client prefers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from random import Random

from benchmarks.store import Store, timed

LAST_COUNT_MAX = 1 << 16  # repositories whose last time is remembered before those long past are dropped

_DID = re.compile(rb'"did":"([^"]*)"')


def as_other_host(
    events: Store | Iterable[bytes], seed: int = 2, lag_us: int = 40_000, jitter_us: int = 30_000
) -> Store:
    """A second store with the events of the first (or of lines, oldest first) as another host serves them.

    Every event comes `lag_us` later (or earlier, if negative) and up to `jitter_us` more, in microseconds;
    times are strictly increasing again. The same seed gives the same host.
    """
    pairs = events.events() if isinstance(events, Store) else timed(events)
    other, last_us = Store(), 0
    for wanted_us, old_us, line in _jittered(pairs, Random(seed), lag_us, jitter_us):
        last_us = max(wanted_us, last_us + 1)
        # A line that does not say the time it stands at is poison, and stays as it is.
        other.append(last_us, line.replace(b'"time_us":%d,' % old_us, b'"time_us":%d,' % last_us, 1))
    return other


def _jittered(
    pairs: Iterable[tuple[int, bytes]], random: Random, lag_us: int, jitter_us: int
) -> Iterator[tuple[int, int, bytes]]:
    """(New time, old time, line) in the new order.

    An event can be handed on when no later one can come before it.
    """
    waiting: list[tuple[int, int, int, bytes]] = []
    last_us: dict[bytes, int] = {}
    for number, (time_us, line) in enumerate(pairs):
        new_us = time_us + lag_us + int(random.random() * (jitter_us + 1))
        owner = found[1] if (found := _DID.search(line)) else b""
        new_us = max(
            new_us, last_us.get(owner, 0)
        )  # the number decides between equals, and keeps their order
        last_us[owner] = new_us
        heappush(waiting, (new_us, number, time_us, line))
        while waiting and waiting[0][0] <= time_us + lag_us:
            wanted_us, _, old_us, ready = heappop(waiting)
            yield wanted_us, old_us, ready
        if len(last_us) > LAST_COUNT_MAX:
            last_us = {did: us for did, us in last_us.items() if us > time_us + lag_us}
    while waiting:
        wanted_us, _, old_us, ready = heappop(waiting)
        yield wanted_us, old_us, ready
