"""`skytally bench`: measure this machine, and check that an event costs no more than it did."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import functools
import importlib
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson

from benchmarks.balance import WrongRun
from benchmarks.child import ChildFailed
from benchmarks.interrupt import heed
from benchmarks.options import (
    EVENTS_MAX,
    KILLED,
    BoardsOptions,
    CheckOptions,
    ExperienceOptions,
    FeedsOptions,
    LiveOptions,
    PipelineOptions,
    RecoveryOptions,
    ScalingOptions,
    SoakOptions,
    StorageOptions,
    SuiteOptions,
    WebOptions,
)
from benchmarks.peers.options import PeersOptions
from benchmarks.trial import NETWORK
from collector.lanes import WORKER_COUNTS
from ops import exits
from ops.embedded import embedded, wait_until_stopped
from ops.options import add_options, options_of
from ops.problem import Problem
from ops.settings import Settings
from sql.migrate import migrate

HELP = (
    "Measure this machine. Without another word everything that the report draws, into benchmarks/results; or one: "
    "pipeline (events a second from socket to durable rows, and what each process costs), scaling (with 1, 2 and 4 "
    "workers), boards (what it costs to make them anew, with a history and with twice as much), storage (bytes an "
    "event, by table), recovery (seconds after a kill -9), feeds (pages of a feed of millions of posts, and what "
    "fifty feeds cost the pipeline), experience (what it costs the pipeline), web (answers a second), soak (collector "
    "and site side by side for half an hour: lag, and whether anything grows), live (many who watch counts, on one "
    "web process), peers (our collector, what people use instead, and a bare COPY, by turns on the same events). "
    "`report` draws what there is. --check counts what an event costs in steps, statements and bytes, which is nearly "
    "the same on every machine, and ends with exit code 1 where that is more than was accepted."
)
EXAMPLE = "skytally bench pipeline --json --runs 3"
SETTINGS = False
_WHATS: dict[str, type[Any]] = {
    "pipeline": PipelineOptions, "scaling": ScalingOptions, "boards": BoardsOptions, "storage": StorageOptions,
    "recovery": RecoveryOptions, "feeds": FeedsOptions, "web": WebOptions, "soak": SoakOptions, "live": LiveOptions,
    "peers": PeersOptions, "experience": ExperienceOptions,
}  # fmt: skip
_MODULES = {"peers": "peers.contest"}
"""Where it is, if not in the module of its name."""
_LEAST = {
    "events": 1, "posts": 1000, "runs": 1, "live_s": 0, "seconds": 1, "soak_s": 0, "settle_s": 0, "requests": 1,
    "accounts": 10_000, "account_hours": 100_000, "rate": 1, "readers": 1, "rounds": 6, "batches": 1,
}  # fmt: skip
_COUNTED = {"full_page_writes": "off", "autovacuum": "off"}
"""What would come into a count by chance: images of pages after a checkpoint, and who cleans up meanwhile."""
_OF_THE_SUITE = ("quick", "only", "recording", "results")
"""Flags that stand before the word; those that a word knows too may stand on either side."""
_UNSAID = ("tries", "spread", "machine", "sizes")
"""What of a result is only shown as JSON."""


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="count what an event costs, and compare it")
    parser.add_argument("--json", action="store_true", help="the whole result as JSON")
    add_options(parser, CheckOptions)
    add_options(parser, SuiteOptions)
    whats = parser.add_subparsers(dest="what", metavar="WHAT")
    for what, options in _WHATS.items():
        sub = whats.add_parser(what, help=options.__doc__, allow_abbrev=False)
        sub.add_argument("--json", action="store_true", help="the whole result as JSON")
        add_options(sub, options)
        _leave_what_was_said(sub)
    sub = whats.add_parser("report", help="Draw the results that there are.", allow_abbrev=False)
    sub.add_argument("--results", metavar="X", help="folder with NAME.json")
    _leave_what_was_said(sub)


def _leave_what_was_said(sub: argparse.ArgumentParser) -> None:
    """A default after the word would take the place of what was said before it."""
    for action in sub._actions:
        if action.dest in ("json", *_OF_THE_SUITE):
            action.default = argparse.SUPPRESS


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    _refuse_mixed(arguments)
    if arguments.check:
        return _check(arguments)
    if arguments.what == "report":
        return _report(Path(arguments.results))
    options = options_of(_WHATS.get(arguments.what, SuiteOptions), arguments)
    _refuse(options)
    heed()
    with _problems():
        if arguments.what is None:
            return _written(_loaded("suite")(options, _say))
        result = _loaded(arguments.what)(options, fresh_database, _say)
    if arguments.json:
        print(orjson.dumps(result, option=orjson.OPT_INDENT_2).decode())
        return exits.OK
    if table := getattr(_module_of(arguments.what), "shown", None):
        print(table(result, options))
        return exits.OK
    for name, value in result.items():
        if name not in _UNSAID:
            print(f"{name:<22} {value}")
    return exits.OK


def _check(arguments: argparse.Namespace) -> int:
    """Exit code 1 where a figure is worse than allowed."""
    from benchmarks.limits import table

    heed()
    server = functools.partial(fresh_database, _COUNTED)
    with _problems():
        found = _loaded("check")(options_of(CheckOptions, arguments), server, _say)
    if arguments.json:
        shown = {**found, "compared": [each._asdict() for each in found["compared"]]}
        print(orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode())
    else:
        print("\n".join(table(found["compared"])))
    if found["worse"] and all(each.baseline is None for each in found["compared"]):
        raise Problem(
            f"nothing was accepted for Python {found['python']} yet, and bytecodes are a version's own: bench --check "
            "--accept, before a change, makes what is found the baseline"
        )
    if found["worse"]:
        raise Problem(
            f"worse than accepted for Python {found['python']}: {', '.join(found['worse'])} (bench --check --accept "
            "makes what was found the baseline)"
        )
    return exits.OK


def _report(folder: Path) -> int:
    if not folder.is_dir():
        raise Problem(f"{folder} is no folder with results", exits.USAGE)
    with _problems():
        return _written(_loaded("report")(folder))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _written(files: list[Path]) -> int:
    for path in files:
        print(path)
    return exits.OK


@contextlib.contextmanager
def _problems() -> Iterator[None]:
    try:
        yield
    except (WrongRun, ChildFailed) as error:
        raise Problem(str(error)) from error


def _module_of(what: str) -> ModuleType:
    """Only the one that is asked for is loaded: this process is measured too."""
    return importlib.import_module(f"benchmarks.{_MODULES.get(what, what)}")


def _loaded(what: str) -> Callable[..., Any]:
    measure: Callable[..., Any] = getattr(_module_of(what), what)
    return measure


def _refuse(options: object) -> None:
    """What can not be measured."""
    for name, least in _LEAST.items():
        if (given := getattr(options, name, least)) < least:
            raise Problem(f"--{name.replace('_', '-')} {given}; allowed: {least} or more", exits.USAGE)
    if (wire := getattr(options, "wire", "jetstream")) not in EVENTS_MAX:
        raise Problem(f"--wire {wire}; allowed: {', '.join(EVENTS_MAX)}", exits.USAGE)
    if isinstance(options, SuiteOptions):
        from benchmarks.suite import SUITE

        if options.only:
            _refuse_others("--only", options.only, [entry.name for entry in SUITE])
    if isinstance(options, ScalingOptions):
        _refuse_others("--numbers", options.numbers, map(str, WORKER_COUNTS))
    if isinstance(options, RecoveryOptions):
        _refuse_others("--killed", options.killed, KILLED)
    if not Path("/proc/self/stat").exists():
        raise Problem("what a process costs is read from /proc, which only Linux has")


def _refuse_mixed(arguments: argparse.Namespace) -> None:
    """What is said to the whole, and then one is named."""
    word = arguments.what
    known = {field.name for field in dataclasses.fields(_WHATS[word])} if word in _WHATS else set[str]()
    known |= {"results"} if word == "report" else set()
    said = [flag for flag in _OF_THE_SUITE if getattr(arguments, flag) != getattr(SuiteOptions(), flag)]
    for flag in (*(flag for flag in ("check", "accept") if getattr(arguments, flag)), *said):
        if word is not None and flag not in known:
            raise Problem(f"--{flag} goes without {word}", exits.USAGE)
    if arguments.check and said:
        raise Problem(f"--{said[0]} goes without --check", exits.USAGE)
    if arguments.accept and not arguments.check:
        raise Problem("--accept goes with --check", exits.USAGE)


def _refuse_others(flag: str, given: str, allowed: Iterable[str]) -> None:
    """Of several words with commas, those that there are none of."""
    known = list(allowed)
    if unknown := [word for word in given.split(",") if word not in known]:
        raise Problem(f"{flag} {','.join(unknown)}; allowed: {', '.join(known)}", exits.USAGE)


@contextlib.contextmanager
def fresh_database(settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """An embedded server of its own with an empty database, durable as any other unless settings say otherwise."""
    with tempfile.TemporaryDirectory(prefix="skytally-bench-") as folder:
        data = Path(folder)
        data.chmod(0o711)  # as root the server runs as another user
        with embedded(data, settings=settings or {}, linger_s=0, log=lambda _: None) as conninfo:
            migrate(conninfo, NETWORK)
            yield conninfo
        wait_until_stopped(data)
