"""Each fault does what it says over a real socket, and counts that it did."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import cache
from itertools import islice, pairwise

import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from benchmarks.faults import FaultOptions
from benchmarks.replay import ReplayServer
from benchmarks.simulator import Simulation
from benchmarks.store import Store

COUNT = 2000
QUIET_S = 0.2
Heard = list[bytes]


@cache
def simulated() -> list[tuple[int, bytes]]:
    return list(islice(Simulation(12, accounts_count=500).events(), COUNT))


def filled() -> Store:
    store = Store()
    for time_us, line in simulated():
        store.append(time_us, line)
    return store


async def hear(client: ClientConnection) -> Heard:
    """Everything until it is quiet or the connection ends."""
    heard: Heard = []
    try:
        while True:
            heard.append(await asyncio.wait_for(client.recv(decode=False), QUIET_S))
    except (TimeoutError, ConnectionClosed):
        return heard


def run(
    faults: FaultOptions, test: Callable[[str, ReplayServer], Awaitable[None]], speed: float = math.inf
) -> None:
    async def main() -> None:
        server = ReplayServer(filled(), speed=speed, faults=faults)
        await server.start()
        try:
            await test(f"ws://127.0.0.1:{server.port}/subscribe", server)
        finally:
            await server.stop()

    asyncio.run(asyncio.wait_for(main(), 50))


def heard_with(faults: FaultOptions, query: str = "") -> tuple[Heard, Counter[str]]:
    """What one client hears, and what fired; the same twice, for faults come from a seed."""
    results: list[tuple[Heard, Counter[str]]] = []

    async def test(url: str, server: ReplayServer) -> None:
        async with connect(url + query, compression=None, max_size=None) as client:
            results.append((await hear(client), server.faults.fired))

    run(faults, test)
    run(faults, test)
    assert results[0] == results[1]
    return results[0]


def order(heard: Heard) -> dict[str, Heard]:
    by_owner: dict[str, Heard] = {}
    for line in heard:
        by_owner.setdefault(orjson.loads(line)["did"], []).append(line)
    return by_owner


def test_without_faults_nothing_fires() -> None:
    heard, fired = heard_with(FaultOptions())
    assert heard == list(filled().lines())
    assert not fired


def test_a_connection_drops_without_a_close_frame_again_and_again() -> None:
    async def test(url: str, server: ReplayServer) -> None:
        for cursor in (0, 1):
            async with connect(f"{url}?cursor={cursor}", compression=None) as client:
                assert len(await hear(client)) == 700
                assert client.close_code == 1006
        assert server.faults.fired == {"drop": 2}

    run(FaultOptions(drop_after=700), test)


def test_a_connection_closes_with_1001() -> None:
    async def test(url: str, server: ReplayServer) -> None:
        async with connect(url, compression=None) as client:
            assert len(await hear(client)) == 1500
            assert (client.close_code, client.close_reason) == (1001, "server shutting down")
        assert server.faults.fired == {"close": 1}

    run(FaultOptions(close_after=1500), test)


def test_a_half_open_connection_neither_sends_nor_pongs() -> None:
    async def test(url: str, server: ReplayServer) -> None:
        client = await connect(url, compression=None, ping_interval=None, close_timeout=0.1)
        assert len(await hear(client)) == 10
        pong = await client.ping()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(pong, QUIET_S)
        assert client.close_code is None
        assert server.faults.fired == {"half_open": 1}
        client.transport.abort()

    run(FaultOptions(half_open_after=10), test)


def test_silence_is_a_pause_and_pings_are_answered() -> None:
    async def test(url: str, server: ReplayServer) -> None:
        async with connect(url, compression=None) as client:
            first = await hear(client)
            await asyncio.wait_for(await client.ping(), 5)
            await asyncio.sleep(0.8)
            rest = await hear(client)
        assert len(first) == 100
        assert first + rest == list(filled().lines())
        assert server.faults.fired == {"silence": 1}

    run(FaultOptions(silence_after=100, silence_s=0.8), test)


def test_frames_come_twice() -> None:
    heard, fired = heard_with(FaultOptions(duplicate_share=0.1))
    counts = Counter(heard)
    assert set(counts) == set(filled().lines())
    assert 100 < fired["duplicate"] == sum(count - 1 for count in counts.values()) < 400
    assert any(one == two for one, two in pairwise(heard))
    assert heard != sorted(heard, key=heard.index)


def test_frames_change_places_and_repositories_keep_their_order() -> None:
    heard, fired = heard_with(FaultOptions(reorder_share=0.5, window=10))
    lines = list(filled().lines())
    assert heard != lines
    assert order(heard) == order(lines)
    assert fired["reorder"] > 50


def test_frames_change_places_in_a_repository_too() -> None:
    heard, fired = heard_with(FaultOptions(shuffle_share=0.5, window=100))
    lines = list(filled().lines())
    assert sorted(heard) == sorted(lines)
    assert order(heard) != order(lines)
    assert fired["shuffle"] == pytest.approx(10, abs=8)


def test_the_cut_over_loses_and_reorders_the_last_second() -> None:
    heard, fired = heard_with(FaultOptions(cutover_loss_share=0.2, cutover_reorder=True), "?cursor=0")
    store = filled()
    recent = store.reached(store.time_us(COUNT - 1) - 1_000_000)
    lines = list(store.lines())
    assert heard[:recent] == lines[:recent]
    assert len(heard) == COUNT - fired["cutover_loss"]
    assert 0.05 * (COUNT - recent) < fired["cutover_loss"] < 0.5 * (COUNT - recent)
    assert heard[recent:] != [line for line in lines[recent:] if line in set(heard)]
    assert fired["cutover_reorder"] >= 1
    assert heard_with(FaultOptions(cutover_loss_share=0.2))[0] == lines, "without cursor there is no cut-over"


def test_the_first_connections_are_refused() -> None:
    async def test(url: str, server: ReplayServer) -> None:
        for _ in range(2):
            with pytest.raises(InvalidStatus) as caught:
                await connect(url)
            assert caught.value.response.status_code == 429
            assert caught.value.response.headers["Retry-After"] == "3"
        async with connect(url, compression=None) as client:
            assert len(await hear(client)) == COUNT
        assert server.faults.fired == {"refuse": 2}

    run(FaultOptions(refuse_first=2, refuse_status=429, retry_after_s=3), test)


def test_garbage_stands_between_frames() -> None:
    heard, fired = heard_with(FaultOptions(garbage_every=100))
    lines = set(filled().lines())
    garbage = [one for one in heard if one not in lines]
    assert len(garbage) == fired["garbage"] == 20
    assert len(heard) == COUNT + 20
    assert b"" in garbage
    assert any(b"\xff" in one for one in garbage)


def test_an_oversized_frame_comes_where_it_stands_unless_smaller_ones_are_asked_for() -> None:
    heard, fired = heard_with(FaultOptions(oversize_at=50, oversize_bytes=9_000_000))
    assert len(heard[50]) == 9_000_000
    event = orjson.loads(heard[50])
    assert event["time_us"] == orjson.loads(heard[49])["time_us"]
    assert heard[:50] + heard[51:] == list(filled().lines())
    assert fired == {"oversize": 1}
    smaller, fired = heard_with(FaultOptions(oversize_at=50), "?maxMessageSizeBytes=1000000")
    assert smaller == list(filled().lines())
    assert not fired


def test_latency_holds_writes_back() -> None:
    heard, fired = heard_with(FaultOptions(latency_s=0.05))
    assert heard == list(filled().lines())
    assert fired["latency"] >= 1


def test_faults_combine() -> None:
    heard, fired = heard_with(
        FaultOptions(duplicate_share=0.05, reorder_share=0.3, garbage_every=500, drop_after=1500)
    )
    assert set(fired) == {"duplicate", "reorder", "garbage", "drop"}
    assert len(heard) > 1000
