"""The suite: every benchmark that makes a result of the report, one after the other, each in a process of its own.

It owns what is run, at which size, and under which name the result is kept. It measures nothing itself.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import orjson

from benchmarks import child
from benchmarks.options import SuiteOptions
from benchmarks.report import report


class Entry(NamedTuple):
    """One result: the words after `skytally bench`, and those that make it short."""

    name: str
    words: tuple[str, ...]
    quick: tuple[str, ...]
    recording: bool = False
    """Whether it can be measured with a recording of one's own."""


_SHORT = ("--runs", "1", "--events", "100000")
SUITE = (
    Entry("pipeline", ("pipeline",), (*_SHORT, "--live-s", "5"), recording=True),
    Entry("pipeline-zstd", ("pipeline", "--wire", "jetstream-zstd"), ("--runs", "1", "--events", "50000")),
    Entry("pipeline-repos", ("pipeline", "--wire", "repos"), ("--runs", "1", "--events", "20000")),
    Entry(
        "pipeline-10m", ("pipeline", "--events", "10000000", "--runs", "1"), ("--events", "300000", "--live-s", "5"),
        recording=True,
    ),
    Entry("scaling", ("scaling",), _SHORT, recording=True),
    Entry(
        "boards", ("boards", "--runs", "3"),
        ("--runs", "1", "--accounts", "20000", "--account-hours", "400000", "--rate", "100"),
    ),
    Entry("web", ("web",), ("--runs", "1", "--events", "50000", "--seconds", "2"), recording=True),
    Entry("live", ("live",), ("--readers", "100", "--seconds", "10")),
    Entry("storage", ("storage",), ("--runs", "1", "--events", "200000"), recording=True),
    Entry("experience", ("experience",), ("--rounds", "6", "--batches", "2", "--accounts", "20000")),
    Entry("peers", ("peers",), ("--runs", "1", "--events", "20000"), recording=True),
    Entry("recovery", ("recovery",), ("--runs", "1", "--settle-s", "5")),
)  # fmt: skip


def suite(options: SuiteOptions, say: Callable[[str], None]) -> list[Path]:
    """Run it; the files written. Raises child.ChildFailed when one did not work: those before it are kept."""
    folder = Path(options.results)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for entry in chosen(options.only):
        if "web" in entry.words and shutil.which("wrk") is None:
            say("web: left out, for wrk is not installed")
            continue
        say(f"== {entry.name}")
        path = folder / f"{entry.name}.json"
        result = child.ask("bench", *words_of(entry, options), "--json")
        path.write_bytes(orjson.dumps(result, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        written.append(path)
    return written + report(folder)


def chosen(only: str) -> Sequence[Entry]:
    """Those that are named, or all. Raises LookupError for a name that there is none of."""
    if not only:
        return SUITE
    known = {entry.name: entry for entry in SUITE}
    return [known[name] for name in only.split(",")]


def words_of(entry: Entry, options: SuiteOptions) -> list[str]:
    """The words after `skytally bench`."""
    words = [*entry.words, *(entry.quick if options.quick else ())]
    if entry.recording and options.recording:
        words += ["--recording", str(Path(options.recording).absolute())]
    return words
