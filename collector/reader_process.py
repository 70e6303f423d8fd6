"""The reader as a process: a loop, its queues, and a wire to the supervisor that says when to stop."""

from __future__ import annotations

import asyncio
from multiprocessing.connection import Connection
from typing import Any

import uvloop

from collector.batch import Position
from collector.memory import give_back, keep_large_blocks_apart
from collector.queue import QueueWriter
from collector.reader import Reader
from collector.reconnect import CONNECTION_TROUBLE
from collector.settings import CollectorSettings
from collector.sources.choose import source_of
from collector.vitals import ReaderVitals

_TIDY_S = 1.0


def run(
    settings: CollectorSettings, url: str, second_url: str | None, begin_cursor: int, complete_to: Position | None,
    tries_max: int | None, pipes: list[Connection], control: Connection, vitals: ReaderVitals,
) -> None:  # fmt: skip
    """The process: read `url` until the control wire closes, then hand on what there is and end the queues.

    `second_url`: read beside it. `tries_max`: after so many failures in a row give the host up; vitals say so.
    """
    keep_large_blocks_apart()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_read(settings, url, second_url, begin_cursor, complete_to, tries_max, pipes, control, vitals))


async def _read(
    settings: CollectorSettings, url: str, second_url: str | None, begin_cursor: int, complete_to: Position | None,
    tries_max: int | None, pipes: list[Connection], control: Connection, vitals: ReaderVitals,
) -> bool:  # fmt: skip
    second = source_of(second_url, settings) if second_url is not None else None
    queues = [await QueueWriter.open(pipe, settings.queue_bytes_max) for pipe in pipes]
    reader = Reader(settings, source_of(url, settings), queues, vitals, begin_cursor, complete_to, second)
    loop = asyncio.get_running_loop()

    def failed(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if error is not None and not isinstance(error, CONNECTION_TROUBLE):
            reader.break_off(error)

    loop.set_exception_handler(failed)

    def told() -> None:
        loop.remove_reader(control.fileno())
        reader.stop()

    loop.add_reader(control.fileno(), told)
    tidying = asyncio.create_task(_tidy())
    stopped = await reader.read(tries_max)
    tidying.cancel()
    # said before the queues end: the workers may be gone before this process is
    vitals.set("host_failed", 0 if stopped else 1)
    for queue in queues:
        await queue.close()
    return stopped


async def _tidy() -> None:
    """Frames leave holes that only so go back to the system."""
    while True:
        await asyncio.sleep(_TIDY_S)
        give_back()
