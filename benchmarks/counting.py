"""Counting: what Python executes in each stage of the pipeline, the same on every machine and at every pace.

It counts bytecodes, calls into C, statements that are sent to the database and the bytes that are copied there. A stage
is the functions it begins with; what they call belongs to it, unless it is of another stage. It knows no figures to
compare with.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping
from types import CodeType, FrameType, FunctionType, TracebackType
from typing import Any, Self

import psycopg

from collector.batch import pack, unpack
from collector.boards import Boards
from collector.content import Content
from collector.decode import decode
from collector.names import Names
from collector.plain import Plain
from collector.reader import Reader
from collector.rollup import Fold
from collector.rows import key_of, row_of
from collector.shortcut import Shortcut
from collector.tally import Tallies
from collector.terms import terms
from collector.window import Window
from collector.worker import Worker
from collector.writer import Writer

STAGES: dict[str, tuple[Callable[..., Any], ...]] = {
    "scan": (Reader._frame,),
    "batch": (pack, unpack),
    "read": (Shortcut.read,),
    "terms": (terms,),
    "decode": (decode,),
    "rows": (Plain.__init__, Plain.without, row_of, key_of),
    "dedupe": (Shortcut.accept, Window.add, Window.remember, Window.let_go),
    "tally": (Content.take, Content.accept, Content.settle),
    "copy_text": (
        Content.event_rows, Tallies.account_rows, Tallies.term_rows, Tallies.repost_rows, Tallies.network_rows,
    ),
    "names": (Names.flush,),
    "write": (Writer.write,),
    "log": (Worker._consult_log, Worker._refuse),
    "fold": (Fold.fold,),
    "refresh": (Boards.refresh,),
}  # fmt: skip
"""From the socket's frame to the boards. What is in none of them stands under `REST`."""
REST = "rest"
_SENT = (psycopg.Cursor.execute, psycopg.Cursor.executemany, psycopg.Cursor.copy)


class Counting:
    """Counts while its block lasts, in this thread."""

    def __init__(self, stages: Mapping[str, tuple[Callable[..., Any], ...]] = STAGES, *, opcodes: bool = True) -> None:
        """Without `opcodes` no steps are counted, which takes a tenth of the time."""
        self._opcodes = opcodes
        self.steps: Counter[str] = Counter()
        """Bytecodes by stage."""
        self.calls: Counter[str] = Counter()
        """Calls of what is written in C, by stage."""
        self.statements: Counter[str] = Counter()
        """Statements by stage."""
        self.copied_bytes: Counter[str] = Counter()
        """Bytes of COPY, by table."""
        self._stage_of = {_code(function): stage for stage, each in stages.items() for function in each}
        self._sent = {_code(function) for function in _SENT}
        self._copy = _code(Writer._copy)
        self._within = [REST]

    def __enter__(self) -> Self:
        self._before = sys.gettrace(), sys.getprofile()
        sys.setprofile(self._called)
        if self._opcodes:
            sys.settrace(self._entered)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        sys.settrace(self._before[0])
        sys.setprofile(self._before[1])

    def _entered(self, frame: FrameType, event: str, argument: object) -> Callable[..., Any]:
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        return self._stepped

    def _stepped(self, frame: FrameType, event: str, argument: object) -> Callable[..., Any]:
        if event == "opcode":
            self.steps[self._within[-1]] += 1
        return self._stepped

    def _called(self, frame: FrameType, event: str, argument: object) -> None:
        if event == "c_call":
            self.calls[self._within[-1]] += 1
            return
        code = frame.f_code
        stage = self._stage_of.get(code)
        if event == "call":
            if stage is not None:
                self._within.append(stage)
            elif code in self._sent:
                self.statements[self._within[-1]] += 1
            elif code is self._copy:
                table = str(frame.f_locals["table"]).rstrip("_01")
                self.copied_bytes[table] += len(frame.f_locals["data"])
        elif event == "return" and stage is not None:
            self._within.pop()


def _code(function: Callable[..., Any]) -> CodeType:
    assert isinstance(function, FunctionType)
    return function.__code__
