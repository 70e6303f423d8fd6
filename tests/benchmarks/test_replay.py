"""The replay server over a real socket, heard by a real client."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache
from itertools import islice
from typing import Any

import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from benchmarks.faults import FaultOptions
from benchmarks.replay import ReplayServer
from benchmarks.simulator import Simulation
from benchmarks.store import Events, Store

COUNT = 3000
QUIET_S = 0.15  # how long nothing may come before we believe that nothing comes


@cache
def simulated(count: int) -> list[tuple[int, bytes]]:
    return list(islice(Simulation(11, accounts_count=3000).events(), count))


def filled(count: int = COUNT) -> Store:
    store = Store()
    for time_us, line in simulated(count):
        store.append(time_us, line)
    return store


@asynccontextmanager
async def served(
    store: Events, speed: float = math.inf, faults: FaultOptions | None = None, played_s: float = 0.0
) -> AsyncIterator[tuple[ReplayServer, str]]:
    server = ReplayServer(store, speed=speed, faults=faults, played_s=played_s)
    await server.start()
    try:
        yield server, f"ws://127.0.0.1:{server.port}/subscribe"
    finally:
        await server.stop()


async def hear(client: ClientConnection, count: int) -> list[bytes]:
    return [await asyncio.wait_for(client.recv(decode=False), 10) for _ in range(count)]


async def nothing_comes(client: ClientConnection) -> bool:
    try:
        await asyncio.wait_for(client.recv(), QUIET_S)
    except TimeoutError:
        return True
    return False


def run(test: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 50))


def test_a_client_gets_the_whole_recording_in_order_and_then_silence() -> None:
    async def test() -> None:
        store = filled()
        async with served(store) as (server, url), connect(url, compression=None) as client:
            assert await hear(client, COUNT) == list(store.lines())
            assert await nothing_comes(client)
            await asyncio.wait_for(await client.ping(), 5)
            assert server.cost()["sent"] == COUNT
            assert server.cost()["cpu_us_per_event"] > 0

    run(test)


def test_a_cursor_is_inclusive_and_clamped() -> None:
    async def test() -> None:
        store = filled()
        lines = list(store.lines())
        async with served(store) as (_, url):
            for cursor, first in ((store.time_us(100), 100), (store.time_us(100) - 1, 100), (0, 0), (-5, 0)):
                async with connect(f"{url}?cursor={cursor}", compression=None, close_timeout=0.1) as client:
                    assert await hear(client, 3) == lines[first : first + 3]
            async with connect(f"{url}?cursor={store.time_us(COUNT - 1) + 1}", compression=None) as client:
                assert await nothing_comes(client)

    run(test)


def test_several_clients_are_served_at_once() -> None:
    async def test() -> None:
        store = filled()
        lines = list(store.lines())
        async with (
            served(store) as (_, url),
            connect(url, compression=None) as one,
            connect(f"{url}?cursor=1", compression=None) as two,
        ):
            assert list(await asyncio.gather(hear(one, COUNT), hear(two, COUNT))) == [lines, lines]

    run(test)


def wanted(store: Store, accepts: Callable[[dict[str, Any]], bool]) -> list[bytes]:
    return [line for line in store.lines() if accepts(orjson.loads(line))]


def collection(event: dict[str, Any]) -> str:
    return str(event.get("commit", {}).get("collection", ""))


def test_filters_choose_and_account_events_pass_those_of_collections() -> None:
    async def test() -> None:
        store = filled(20_000)
        owner = orjson.loads(next(store.lines()))["did"]
        expected = {
            "wantedCollections=app.bsky.feed.post": wanted(
                store, lambda event: collection(event) in ("", "app.bsky.feed.post")
            ),
            "wantedCollections=app.bsky.graph.*&wantedCollections=app.bsky.actor.profile": wanted(
                store,
                lambda event: (
                    collection(event).startswith("app.bsky.graph.")
                    or collection(event) in ("", "app.bsky.actor.profile")
                ),
            ),
            f"wantedDids={owner}": wanted(store, lambda event: event["did"] == owner),
            "maxMessageSizeBytes=400": [line for line in store.lines() if len(line) <= 400],
            "maxMessageSizeBytes=many&unknown=1": list(store.lines()),
        }
        async with served(store) as (_, url):
            for query, lines in expected.items():
                async with connect(f"{url}?{query}", compression=None) as client:
                    assert lines
                    assert await hear(client, len(lines)) == lines, query
                    assert await nothing_comes(client)

    run(test)


@pytest.mark.parametrize(
    ("target", "status", "text"),
    [
        ("/subscribe?cursor=yesterday", 400, "invalid cursor: yesterday"),
        ("/subscribe?cursor=1.5", 400, "invalid cursor: 1.5"),
        ("/subscribe?compress=true", 400, "compress"),
        ("/subscribe?wantedCollections=app.bsky.graph.fo*", 400, "invalid collection: app.bsky.graph.fo*"),
        ("/subscribe?wantedDids=alice", 400, "invalid wanted DID: alice"),
        ("/subscribe?" + "&".join(f"wantedCollections=a.b.c{n}" for n in range(101)), 400, "101 > 100"),
        ("/elsewhere", 404, "not found"),
    ],
)
def test_what_is_impossible_is_answered_before_the_upgrade(target: str, status: int, text: str) -> None:
    async def test() -> None:
        async with served(filled(10)) as (_, url):
            with pytest.raises(InvalidStatus) as caught:
                await connect(url.removesuffix("/subscribe") + target)
            assert caught.value.response.status_code == status
            assert text in (caught.value.response.body or b"").decode()

    run(test)


def test_nothing_is_sent_before_a_hello_that_was_required() -> None:
    async def test() -> None:
        store = filled()
        async with served(store) as (_, url), connect(f"{url}?requireHello=true", compression=None) as client:
            assert await nothing_comes(client)
            await client.send(json.dumps({"type": "something_else", "payload": {}}))
            assert await nothing_comes(client)
            payload = {
                "wantedCollections": ["app.bsky.feed.repost"],
                "wantedDids": [],
                "maxMessageSizeBytes": 0,
            }
            await client.send(json.dumps({"type": "options_update", "payload": payload}))
            expected = wanted(store, lambda event: collection(event) in ("", "app.bsky.feed.repost"))
            assert await hear(client, len(expected)) == expected

    run(test)


def test_an_options_update_replaces_all_filters() -> None:
    async def test() -> None:
        store = Store(live=True)
        events = list(filled(200).events())
        query = "wantedCollections=no.such.thing"
        update = json.dumps({"type": "options_update", "payload": {"wantedCollections": []}})
        async with served(store) as (_, url), connect(f"{url}?{query}", compression=None) as client:
            for time_us, line in events[:100]:
                store.append(time_us, line)
            assert await nothing_comes(client)
            await client.send(update)
            await asyncio.sleep(QUIET_S)
            for time_us, line in events[100:]:
                store.append(time_us, line)
            assert await hear(client, 100) == [line for _, line in events[100:]]

    run(test)


@pytest.mark.parametrize(
    "message",
    ["{not JSON", "[]", '{"type":"options_update"}', '{"type":"options_update","payload":{"wantedDids":"x"}}',
     '{"type":"options_update","payload":{"wantedCollections":["no"]}}'],
)  # fmt: skip
def test_a_bad_options_update_ends_the_connection(message: str) -> None:
    async def test() -> None:
        async with served(Store(live=True)) as (_, url), connect(url, compression=None) as client:
            await client.send(message)
            with pytest.raises(ConnectionClosed) as caught:
                await asyncio.wait_for(client.recv(), 5)
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1000
            assert caught.value.rcvd.reason

    run(test)


def test_a_live_store_serves_its_past_on_demand_and_then_what_is_new() -> None:
    async def test() -> None:
        store = Store(live=True)
        events = list(filled(400).events())
        for time_us, line in events[:300]:
            store.append(time_us, line)
        async with (
            served(store) as (_, url),
            connect(url, compression=None) as new,
            connect(f"{url}?cursor=0", compression=None) as old,
        ):
            assert await nothing_comes(new)
            assert len(await hear(old, 300)) == 300
            for time_us, line in events[300:]:
                store.append(time_us, line)
            expected = [line for _, line in events[300:]]
            assert list(await asyncio.gather(hear(new, 100), hear(old, 100))) == [expected, expected]

    run(test)


def test_a_paced_replay_gives_what_its_clock_has_reached() -> None:
    async def test() -> None:
        store = filled()
        async with served(store, speed=0.5) as (server, url):
            async with connect(f"{url}?cursor=0", compression=None, close_timeout=0.1) as client:
                before = server.available()
                await hear(client, before + 200)
                after = server.available()
                assert before < before + 200 <= after < COUNT
            joined = server.available()
            async with connect(url, compression=None) as late:
                first = (await hear(late, 1))[0]
                position = list(store.lines()).index(first)
                assert after <= joined <= position
            async with connect(f"{url}?cursor={store.time_us(COUNT - 1)}", compression=None) as ahead:
                position = list(store.lines()).index((await hear(ahead, 1))[0])
                assert joined <= position < COUNT - 1, "a cursor later than the head is the live tail"

    run(test)


def test_what_has_played_before_is_there_at_once() -> None:
    async def test() -> None:
        store = filled()
        played_s = (store.time_us(300) - store.time_us(0)) / 1e6
        async with served(store, speed=0.001, played_s=played_s) as (server, url):
            assert server.available() == 301
            async with connect(f"{url}?cursor=0", compression=None) as client:
                assert await hear(client, 301) == list(store.lines())[:301]

    run(test)


def test_a_large_line_takes_a_long_frame() -> None:
    async def test() -> None:
        store = Store()
        lines = [b'{"a":"' + b"x" * size + b'"}' for size in (0, 117, 118, 65_527, 65_528, 1_000_000)]
        for number, line in enumerate(lines):
            store.append(number, line)
        async with served(store) as (_, url), connect(url, compression=None) as client:
            assert await hear(client, len(lines)) == lines

    run(test)


def test_a_slow_client_does_not_grow_the_server_and_gets_everything() -> None:
    async def test() -> None:
        store = filled(20_000)
        async with served(store) as (server, url), connect(url, compression=None, max_queue=1) as client:
            await asyncio.sleep(QUIET_S)
            assert server.sent_count < 20_000, "the server waits for its client"
            assert await hear(client, 20_000) == list(store.lines())

    run(test)


def test_a_client_is_cut_off_when_sending_fails(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Store):
        def frames(self, first: int, end: int) -> bytes:
            raise ValueError("no such frames")

    async def test() -> None:
        store = Broken()
        store.append(1, b"{}")
        async with served(store) as (_, url), connect(url, compression=None) as client:
            with pytest.raises(ConnectionClosed):
                await asyncio.wait_for(client.recv(), 5)

    run(test)
    assert "no such frames" in caplog.text
