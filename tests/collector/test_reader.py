"""The reader on a real socket: lanes, watermarks, reconnecting, gaps and backpressure."""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pytest

from benchmarks.faults import FaultOptions
from benchmarks.replay import ReplayServer
from benchmarks.simulator import Simulation
from benchmarks.store import Store
from collector.batch import Batch, Gap, Position, unpack
from collector.cursors import OLDEST_CURSOR
from collector.lanes import lane_of
from collector.queue import QueueReader, QueueWriter
from collector.reader import Reader
from collector.settings import CollectorSettings
from collector.sources import Source
from collector.sources.jetstream import Jetstream
from collector.vitals import ReaderVitals
from tests.collector.frames import NOON_US, post

WORKERS = 4
_CONTEXT = multiprocessing.get_context("spawn")


def simulated(events: int) -> list[tuple[int, bytes]]:
    return list(itertools.islice(Simulation(seed=5, rate=2000).events(), events))


@contextmanager
def emptied(pipes: list[QueueReader], held: threading.Event | None = None) -> Iterator[list[list[Batch]]]:
    """Threads that take batches out of the queues, as workers do; `held` makes them wait first."""
    batches: list[list[Batch]] = [[] for _ in pipes]

    def take(number: int) -> None:
        if held is not None:
            held.wait(20)
        while (data := pipes[number].get()) is not None:
            batches[number].append(unpack(data))

    threads = [threading.Thread(target=take, args=(number,), daemon=True) for number in range(len(pipes))]
    for thread in threads:
        thread.start()
    yield batches
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()


class Play:
    """One reader against one server, until it has what the test waits for."""

    def __init__(self, events: list[tuple[int, bytes]], faults: FaultOptions | None = None, **settings: object) -> None:
        self.events = events
        self.faults = faults
        given = {"batch_age_s_max": 0.02, "reconnect_s_min": 0.02, "reconnect_s_max": 0.05, **settings}
        self.settings = CollectorSettings(source=("ws://127.0.0.1:1/subscribe",), **given)  # type: ignore[arg-type]
        self.vitals = ReaderVitals(_CONTEXT)
        self.begin = OLDEST_CURSOR
        self.complete_to: Position | None = None
        self.queues: list[QueueWriter] = []
        self.held: threading.Event | None = None

    def run(self, done: object) -> list[list[Batch]]:
        """Read until done(self) says so, then stop in order."""
        pipes = [_CONTEXT.Pipe(duplex=False) for _ in range(WORKERS)]
        readers = [QueueReader(receiver) for receiver, _ in pipes]
        with emptied(readers, self.held) as batches:
            self.batches = batches
            asyncio.run(asyncio.wait_for(self._read([sender for _, sender in pipes], done), 25))
        for reader in readers:
            reader.close()
        return batches

    def store(self) -> Store:
        """What is served."""
        store = Store()
        for time_us, line in self.events:
            store.append(time_us, line)
        return store

    def source(self, url: str) -> Source:
        """Who reads it."""
        return Jetstream(url, frame_bytes_max=self.settings.frame_bytes_max)

    async def _read(self, senders: list[object], done: object) -> None:
        store = self.store()
        server = ReplayServer(store, faults=self.faults)
        await server.start()
        self.server = server
        source = self.source(f"ws://127.0.0.1:{server.port}{store.wire}")
        self.queues = [await QueueWriter.open(s, self.settings.queue_bytes_max) for s in senders]  # type: ignore[arg-type]
        reader = Reader(self.settings, source, self.queues, self.vitals, self.begin, self.complete_to)
        reading = asyncio.create_task(reader.read(None))
        while not done(self) and not reading.done():  # type: ignore[operator]  # noqa: ASYNC110 - in threads
            await asyncio.sleep(0.02)
        reader.stop()
        assert await reading
        for queue in self.queues:
            await queue.close()
        await server.stop()
        store.close()


def received(batches: list[list[Batch]]) -> set[bytes]:
    return {frame for worker in batches for batch in worker for frame in batch.frames}


def has_all(play: Play) -> bool:
    return len(received(play.batches)) >= len(play.events)


def test_every_frame_reaches_the_worker_of_its_lane_in_order() -> None:
    events = simulated(3000)
    batches = Play(events).run(has_all)
    for worker, taken in enumerate(batches):
        frames = [frame for batch in taken for frame in batch.frames]
        expected = [line for _, line in events if lane_of(orjson.loads(line)["did"].encode()) % WORKERS == worker]
        assert frames == expected


def test_watermarks_reach_idle_workers_and_never_pass_a_frame_that_is_still_to_come() -> None:
    events = [(NOON_US + n * 1000, post(at=n)) for n in range(500)]  # one account: three workers get no frame
    batches = Play(events, batch_events_max=50).run(has_all)
    assert sum(bool(any(batch.frames for batch in worker)) for worker in batches) == 1
    for worker in batches:
        assert worker[-1].position.time_us >= events[-4][0]
        highest = 0
        for batch in worker:
            times = [orjson.loads(frame)["time_us"] for frame in batch.frames]
            assert all(time_us > highest for time_us in times)
            highest = max(highest, batch.position.time_us)


def test_one_frame_with_a_wrong_time_does_not_move_the_position() -> None:
    events = [(NOON_US + n * 1000, post(at=n)) for n in range(100)]
    wrong = post(at=50_000_000)
    batches = Play([*events[:50], (NOON_US + 49_500, wrong), *events[50:]], batch_events_max=51).run(has_all)
    assert max(batch.position.time_us for worker in batches for batch in worker) <= events[-1][0]


def test_a_wrong_time_alone_in_its_batch_does_not_move_the_position_either() -> None:
    events = [(NOON_US + n * 1000, post(at=n)) for n in range(100)]
    wrong = post(at=50_000_000)
    batches = Play([*events[:50], (NOON_US + 49_500, wrong), *events[50:]], batch_events_max=1).run(has_all)
    assert max(batch.position.time_us for worker in batches for batch in worker) <= events[-1][0]


def test_a_host_whose_clock_is_years_ahead_does_not_take_the_position_there() -> None:
    ahead_ms = time.time_ns() // 10**6 - NOON_US // 1000 + 10 * 365 * 86_400_000
    events = [(NOON_US + n * 1000, post(at=ahead_ms + n)) for n in range(100)]
    batches = Play(events, batch_events_max=20).run(has_all)
    latest_us = max(batch.position.time_us for worker in batches for batch in worker)
    assert latest_us <= time.time_ns() // 1000 + 120_000_000


def test_a_first_frame_with_an_absurd_time_is_no_gap() -> None:
    play = Play(simulated(100))
    first_us = play.events[0][0]
    absurd = post(at=1).replace(str(NOON_US + 1000).encode(), b"9" * 19)
    play.events = [(first_us - 1, absurd), *play.events]
    play.complete_to = Position(first_us - 1_000_000, first_us - 1_000_000)
    play.begin = first_us - 2_000_000
    assert not [gap for worker in play.run(has_all) for batch in worker for gap in batch.gaps]


def test_a_stop_while_the_host_answers_is_one() -> None:
    async def stopped() -> bool:
        server = ReplayServer(Store())
        await server.start()
        url = f"ws://127.0.0.1:{server.port}/subscribe"

        class Answered(Jetstream):
            async def connect(self, *asked: Any) -> Any:
                stream = await super().connect(*asked)
                reader.stop()
                return stream

        settings = CollectorSettings(source=(url,))
        reader = Reader(settings, Answered(url), [], ReaderVitals(_CONTEXT), OLDEST_CURSOR, None)
        found = await asyncio.wait_for(reader.read(None), 20)
        await server.stop()
        return found

    assert asyncio.run(stopped())


def test_a_stop_does_not_wait_for_a_host_that_does_not_answer() -> None:
    gone = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        gone.set()

    async def stopped() -> bool:
        server = await asyncio.start_server(hang, "127.0.0.1", 0)
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/subscribe"
        settings = CollectorSettings(source=(url,))
        reader = Reader(settings, Jetstream(url), [], ReaderVitals(_CONTEXT), OLDEST_CURSOR, None)
        reading = asyncio.create_task(reader.read(None))
        await asyncio.sleep(0.1)
        reader.stop()
        found = await asyncio.wait_for(reading, 20)
        await asyncio.wait_for(gone.wait(), 20)
        server.close()
        return found

    assert asyncio.run(stopped())


def test_a_connection_that_breaks_again_and_again_loses_nothing() -> None:
    play = Play(simulated(4000), FaultOptions(drop_after=700), rewind_s=0.1)
    assert received(play.run(has_all)) == {line for _, line in play.events}
    assert play.vitals.get("reconnects") >= 3


def test_a_stop_loses_nothing_up_to_where_it_says_it_is() -> None:
    # no batch is whole before the stop
    play = Play(simulated(5000), batch_events_max=100_000, batch_bytes_max=1 << 26, batch_age_s_max=4.0)
    stop_at = time.monotonic() + 1.5
    batches = play.run(lambda _: time.monotonic() > stop_at)
    reached_us = max(worker[-1].position.time_us for worker in batches)
    assert reached_us > play.events[1000][0]
    assert {line for time_us, line in play.events if time_us <= reached_us} <= received(batches)


def test_after_a_reconnect_some_of_what_came_last_is_read_again() -> None:
    play = Play(simulated(4000), FaultOptions(drop_after=700), rewind_s=0.1)  # which are about 200 events
    read = sum(len(batch.frames) for worker in play.run(has_all) for batch in worker)
    assert read >= len(play.events) + 100 * play.vitals.get("reconnects")


def test_a_host_that_hangs_up_before_it_says_anything_new_is_asked_for_less_each_time() -> None:
    play = Play(simulated(2000), FaultOptions(drop_after=300), rewind_s=60)  # the whole recording is a second
    assert received(play.run(has_all)) == {line for _, line in play.events}


@pytest.mark.parametrize("status", [503, 429])
def test_a_host_that_refuses_at_first_is_asked_again(status: int) -> None:
    play = Play(simulated(200), FaultOptions(refuse_first=3, refuse_status=status))
    assert received(play.run(has_all)) == {line for _, line in play.events}
    assert play.vitals.get("reconnects") == 3


def test_a_silent_socket_is_given_up() -> None:
    play = Play(simulated(1000), FaultOptions(half_open_after=400), silence_s_max=0.3, rewind_s=0.05)
    assert received(play.run(has_all)) == {line for _, line in play.events}
    assert play.vitals.get("reconnects") >= 1


def test_garbage_is_handed_on_like_anything_else() -> None:
    play = Play(simulated(500), FaultOptions(garbage_every=50))
    found = received(play.run(has_all))
    assert {line for _, line in play.events} <= found
    assert len(found) > len(play.events)


def test_a_first_event_later_than_what_we_have_is_a_gap() -> None:
    play = Play(simulated(100))
    first_us = play.events[0][0]
    play.complete_to = Position(first_us - 60_000_000, first_us - 60_000_000)
    play.begin = first_us - 65_000_000
    batches = play.run(has_all)
    assert [gap for worker in batches for batch in worker for gap in batch.gaps] == [
        Gap(first_us - 60_000_000, first_us, "not_delivered")
    ]


def test_a_frame_larger_than_we_receive_is_passed_over_with_a_gap() -> None:
    limits = {"frame_bytes_max": 1 << 20, "event_bytes_max": 1 << 20}
    play = Play(simulated(1000), FaultOptions(oversize_at=500, oversize_bytes=(1 << 20) + 1), **limits)
    batches = play.run(has_all)
    assert {line for _, line in play.events} <= received(batches)
    gaps = [gap for worker in batches for batch in worker for gap in batch.gaps]
    assert [gap.reason for gap in gaps] == ["frame_too_large"]
    assert gaps[0].from_us <= play.events[499][0] <= gaps[0].to_us


def test_reading_pauses_while_a_worker_is_behind_and_nothing_grows() -> None:
    play = Play(simulated(30_000), queue_bytes_max=1 << 20, batch_events_max=500)
    play.held = threading.Event()
    highest = 0

    def done(play: Play) -> bool:
        nonlocal highest
        highest = max(highest, max(queue.waiting_bytes for queue in play.queues))
        if not play.held.is_set() and any(queue.full for queue in play.queues):  # type: ignore[union-attr]
            play.rounds = getattr(play, "rounds", 0) + 1  # type: ignore[attr-defined]
            if play.rounds > 20:  # type: ignore[attr-defined]
                play.held.set()  # type: ignore[union-attr]
        return has_all(play)

    assert received(play.run(done)) == {line for _, line in play.events}
    assert (1 << 20) <= highest < (2 << 20)


def test_reading_pauses_while_it_is_told_to() -> None:
    play = Play(simulated(60_000))
    play.vitals.set("paused", 1)
    rounds, seen = itertools.count(), []

    def done(play: Play) -> bool:
        number = next(rounds)
        if number in (15, 30):
            seen.append(len(received(play.batches)))
        if number == 30:
            play.vitals.set("paused", 0)
        return number > 30 and has_all(play)

    assert len(received(play.run(done))) == 60_000
    assert seen[0] == seen[1] < 60_000
