"""Performs many runs, several at a time, each lane with a server of its own: some faults kill it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

from tests.faults.faults import FAULTS
from tests.faults.run import Outcome, perform
from tests.faults.server import Server, a_server


class Run(NamedTuple):
    """A fault by its name, and the seed of all chance in it."""

    fault: str
    seed: int


@contextmanager
def performing(runs: Sequence[Run], lanes: int, folder: Path) -> Iterator[dict[Run, Future[Outcome]]]:
    """The outcomes to come, in the order of the runs; what has not begun at the end of the block never will."""
    free: SimpleQueue[Server] = SimpleQueue()
    numbers = itertools.count(1)

    def one(run: Run) -> Outcome:
        server = free.get()
        try:
            return perform(FAULTS[run.fault], run.seed, server, folder / f"run-{next(numbers)}")
        finally:
            free.put(server)

    with ExitStack() as stack:
        for _ in range(lanes):
            free.put(stack.enter_context(a_server()))
        pool = ThreadPoolExecutor(lanes)
        stack.callback(pool.shutdown, cancel_futures=True)
        yield {run: pool.submit(one, run) for run in runs}
