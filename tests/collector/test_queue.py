"""The queue between reader and worker, over a real pipe and on the event loop that the reader has."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from multiprocessing.connection import Connection

import uvloop

from collector.queue import _LENGTH, QueueReader, QueueWriter


def test_what_is_put_comes_out_whole_and_in_order_and_then_it_ends() -> None:
    receiving, sending = multiprocessing.Pipe(duplex=False)
    batches = [b"", b"a", bytes(300_000), b"last"]

    async def write() -> None:
        queue = await QueueWriter.open(sending, 1 << 24)
        for batch in batches:
            queue.put(batch)
        await queue.close()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(write())
    reader = QueueReader(receiving)
    try:
        assert [reader.get() for _ in range(len(batches) + 1)] == [*batches, None]
    finally:
        reader.close()


def test_a_batch_that_the_death_of_the_reader_cut_off_is_none() -> None:
    receiving, sending = multiprocessing.Pipe(duplex=False)
    whole, cut_off = b"a whole one", b"most of "
    for batch, length in ((whole, len(whole)), (cut_off, len(cut_off) + 1)):
        os.write(sending.fileno(), _LENGTH.pack(length) + batch)
    sending.close()
    reader = QueueReader(receiving)
    try:
        assert (reader.get(), reader.get()) == (whole, None)
    finally:
        reader.close()


def test_putting_for_a_worker_that_is_gone_raises_nothing_and_ends() -> None:
    receiving, sending = multiprocessing.Pipe(duplex=False)

    async def write(gone: Connection) -> None:
        queue = await QueueWriter.open(sending, 1 << 10)
        queue.put(bytes(10))
        gone.close()
        for _ in range(20):  # the loop notices at some time among these, and before connection_lost has been called
            queue.put(bytes(4096))
            await asyncio.sleep(0)
        await queue.room()
        await queue.close()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(asyncio.wait_for(write(receiving), 10))
