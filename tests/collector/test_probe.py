"""A look at a host beside the one that is read."""

from __future__ import annotations

import asyncio

import pytest

from benchmarks.faults import FaultOptions
from benchmarks.replay import ReplayServer
from benchmarks.store import Store
from collector.event import LIKE, POST
from collector.probe import delivers
from collector.sources.jetstream import Jetstream
from tests.collector.frames import NOON_US, post

MINUTE_MS = 60_000


def posts(first_ms: int, count: int = 600) -> Store:
    """One a second."""
    store = Store()
    for number in range(count):
        store.append(NOON_US + (first_ms + number * 1000) * 1000, post(at=first_ms + number * 1000))
    return store


async def looked(store: Store, counted_us: int, wanted: str, faults: FaultOptions | None = None) -> bool:
    server = ReplayServer(store, faults=faults)
    await server.start()
    try:
        return await delivers(Jetstream(f"ws://127.0.0.1:{server.port}/subscribe"), counted_us, wanted.encode())
    finally:
        await server.stop()


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.probe._SECONDS_MAX", 0.5)


@pytest.mark.parametrize(
    ("first_ms", "wanted", "faults", "expected"),
    [
        (-5 * MINUTE_MS, "", None, True),
        (-5 * MINUTE_MS, POST, None, True),
        (-5 * MINUTE_MS, LIKE, None, False),  # still blind in it
        (2 * MINUTE_MS, "", None, False),  # begins later than what is counted
        (-60 * MINUTE_MS, "", None, False),  # has come no farther than long before it
        (-5 * MINUTE_MS, "", FaultOptions(refuse_first=1), False),
        (-5 * MINUTE_MS, "", FaultOptions(half_open_after=1), True),
    ],
)
def test_a_host_is_well_when_it_delivers_what_was_counted_last_and_what_it_is_asked_for(
    first_ms: int, wanted: str, faults: FaultOptions | None, expected: bool
) -> None:
    assert asyncio.run(looked(posts(first_ms), NOON_US, wanted, faults)) is expected


def test_nobody_there_is_not_well() -> None:
    assert not asyncio.run(delivers(Jetstream("ws://127.0.0.1:9/subscribe"), NOON_US, b""))
