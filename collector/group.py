"""The group: the reader, the workers and the roller of one run, started and ended as one.

Queues and wires are made anew for every run, so nothing a killed process left half done can reach the next. It owns
processes and pipes, and decides nothing.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess

from collector.parent import begin_nothing, run_child
from collector.resume import Plan
from collector.settings import CollectorSettings
from collector.vitals import ReaderVitals, RollerVitals, WorkerVitals

# a forked child would share the parent's database connection and its event loop's innards
_CONTEXT = multiprocessing.get_context("spawn")

# Modules by name: a process has in memory what it runs, and not what the others run.
WORKER, ROLLER, READER = "collector.worker", "collector.roller", "collector.reader_process"


class Group:
    """The processes of one run."""

    def __init__(
        self, settings: CollectorSettings, conninfo: str, url: str, host: str, epoch: int,
        plan: Plan, tries_max: int | None, second_url: str | None = None,
        begin_child: Callable[[str], None] = begin_nothing,
    ) -> None:  # fmt: skip
        self.host = host
        self._begin_child = begin_child
        self.reader_vitals = ReaderVitals(_CONTEXT)
        self.worker_vitals = [WorkerVitals(_CONTEXT) for _ in range(settings.workers)]
        self.roller_vitals = RollerVitals(_CONTEXT)
        pipes = [_CONTEXT.Pipe(duplex=False) for _ in range(settings.workers)]
        reader_wire, self._reader_control = _CONTEXT.Pipe(duplex=False)
        roller_wire, self._roller_control = _CONTEXT.Pipe(duplex=False)
        overlap = plan.asked.overlap if plan.asked is not None else None
        self.workers = [
            self._process(
                f"worker {n}", WORKER, settings, conninfo, host, epoch, n, overlap, pipes[n][0], self.worker_vitals[n]
            )
            for n in range(settings.workers)
        ]
        self.roller = self._process("roller", ROLLER, settings, conninfo, roller_wire, self.roller_vitals)
        self.reader = self._process(
            "reader", READER, settings, url, second_url, plan.begin.cursor, plan.complete_to, tries_max,
            [sender for _, sender in pipes], reader_wire, self.reader_vitals,
        )  # fmt: skip
        self.processes: list[BaseProcess] = [*self.workers, self.roller, self.reader]
        self._handed_over = [end for pipe in pipes for end in pipe] + [reader_wire, roller_wire]

    def _process(self, name: str, module: str, *arguments: object) -> BaseProcess:
        begin = {"begin": self._begin_child}
        return _CONTEXT.Process(target=run_child, args=(module, *arguments), kwargs=begin, name=name, daemon=True)

    def start(self) -> None:
        """Start everything; the ends that the children own are theirs alone from here on."""
        for process in self.processes:
            process.start()
        for end in self._handed_over:
            end.close()

    @property
    def is_done(self) -> bool:
        """Whether every frame that was handed on is durable."""
        handled = sum(vitals.get("frames") for vitals in self.worker_vitals)
        return handled >= self.reader_vitals.get("frames")

    def feeds_changed(self) -> None:
        """Have workers read anew what feeds there are, with their next batch."""
        for vitals in self.worker_vitals:
            vitals.set("feeds_changed", vitals.get("feeds_changed") + 1)

    def dead(self) -> Iterator[BaseProcess]:
        """Processes that have ended."""
        return (process for process in self.processes if process.exitcode is not None)

    def stop(self, deadline_s: float) -> bool:
        """End in order: reader, then workers, then roller; whether all of them ended well before the deadline."""
        end_at = time.monotonic() + deadline_s
        self._reader_control.close()
        well = _joined([self.reader], end_at) and _joined(self.workers, end_at)
        self._roller_control.close()
        well = well and _joined([self.roller], end_at)
        self.kill()
        return well

    def kill(self) -> None:
        """End whatever still runs, at once."""
        for process in self.processes:
            if process.pid is not None and process.exitcode is None:
                process.kill()
        for process in self.processes:
            if process.pid is not None:
                process.join()
        for control in (self._reader_control, self._roller_control):
            control.close()


def _joined(processes: list[BaseProcess], end_at: float) -> bool:
    for process in processes:
        process.join(max(0.0, end_at - time.monotonic()))
    return all(process.exitcode == 0 for process in processes)
