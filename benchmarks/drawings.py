"""The drawings of the report: which figure of which result is drawn how.

Each is a function that draws it from a folder of results, or gives None where what it needs is not there. It does not
know where drawings are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.drawing import Drawing, Series, Spread
from benchmarks.tables import Result, commit_of, read, source_of

_PIPELINES = {
    "pipeline": "Jetstream", "pipeline-10m": "Jetstream", "pipeline-zstd": "compressed",
    "pipeline-repos": "raw firehose",
}  # fmt: skip
PARTS = ("reader", "worker", "roller", "supervisor", "postgres")
"""Whose work an event is; the replay server is the network's."""


def throughput(folder: Path) -> Drawing | None:
    """Events a second by workers."""
    result = read(folder, "scaling")
    if result is None:
        return None
    names = {"events_per_second": "flat out", "sustained_with_fold": "with the fold running"}
    series = [Series(said, [spread(one["tries"], name) for one in result["sizes"]]) for name, said in names.items()]
    return Drawing("Events a second, by workers", "events/s", _workers(result), series, note(result))


def scaled_cost(folder: Path) -> Drawing | None:
    """What an event costs each process, by workers."""
    result = read(folder, "scaling")
    if result is None:
        return None
    return _cost("Processor time of an event, by workers", _workers(result), result["sizes"], note(result))


def cost(folder: Path) -> Drawing | None:
    """What an event costs each process: of few events and of many, and over each wire."""
    found = _pipelines(folder)
    if not found:
        return None
    tries = {len(result["tries"]) for result in found.values()}
    labels = [label + (f", {_tries(result)}" if len(tries) > 1 else "") for label, result in found.items()]
    return _cost("Processor time of an event, by process", labels, list(found.values()), note(*found.values()))


def wires(folder: Path) -> Drawing | None:
    """Events a second over each wire."""
    found = _pipelines(folder)
    if len(found) < 2:
        return None
    series = [Series("", [spread(result["tries"], "events_per_second") for result in found.values()])]
    title = "Events a second, by wire and number of events"
    return Drawing(title, "events/s, flat out", list(found), series, note(*found.values()))


def stages(folder: Path) -> Drawing | None:
    """What workers spend an event's time on."""
    found = {label: result for label, result in _pipelines(folder).items() if "worker_us_per_event" in result}
    if not found:
        return None
    names = {"sort_out": "sorting out", "feeds": "feeds", "names": "names", "commit": "waiting for the commit"}
    return _stacked(
        "What a worker spends an event's time on", "microseconds an event, by the clock", list(found),
        list(found.values()), "worker_us_per_event", names, note(*found.values()),
    )  # fmt: skip


def _pipelines(folder: Path) -> dict[str, Result]:
    """Results of the pipeline, by what was different."""
    found = {}
    for name, wire in _PIPELINES.items():
        if (result := read(folder, name)) is not None:
            found[f"{wire} {result['events'] / 1e6:g} M"] = result
    return found


def refresh(folder: Path) -> Drawing | None:
    """How long making the boards anew takes, by size of the history."""
    result = read(folder, "boards")
    if result is None:
        return None
    tries = result["tries"]
    windows = list(result["sizes"][0]["refresh_s"])
    series = [
        Series(
            f"{size['account_hours'] / 1e6:.1f} M account-hours",
            [Spread.of([one["sizes"][at]["refresh_s"][window] for one in tries]) for window in windows],
        )
        for at, size in enumerate(result["sizes"])
    ]
    return Drawing("Making the boards of a window anew, by history", "seconds", windows, series, note(result))


def latency(folder: Path) -> Drawing | None:
    """Percentiles of the site and of an application that only sends the same bytes."""
    result = read(folder, "web")
    if result is None:
        return None
    names = {"p50_ms": "half of all", "p99_ms": "99 of 100", "bare_p99_ms": "99 of 100, bare application"}
    series = [Series("", [spread(result["tries"], name) for name in names])]
    return Drawing("A fresh board, 32 connections at full load", "ms", list(names.values()), series, note(result))


def answers(folder: Path) -> Drawing | None:
    """Answers a second by each way through the cache."""
    result = read(folder, "web")
    if result is None:
        return None
    names = {
        "bare_per_second": "bare", "hot_per_second": "fresh", "stale": "stale", "shared": "shared", "outage": "outage",
        "miss": "miss",
    }  # fmt: skip
    names = {name: said for name, said in names.items() if name in result}
    series = [Series("", [spread(result["tries"], name) for name in names])]
    return Drawing("Answers a second of one web process", "answers/s", list(names.values()), series, note(result))


def storage(folder: Path) -> Drawing | None:
    """Bytes an event by table."""
    result = read(folder, "storage")
    if result is None:
        return None
    tables = list(result["bytes_per_event"])
    series = [Series("", [Spread.of([one["bytes_per_event"][table] for one in result["tries"]]) for table in tables])]
    return Drawing("What an event leaves on the disk, by table", "bytes", tables, series, note(result))


def recovery(folder: Path) -> Drawing | None:
    """Seconds until it counts again after a kill."""
    result = read(folder, "recovery")
    if result is None:
        return None
    names = {"counting_s": "counts again", "caught_up_s": "has caught up"}
    killed = list(result["killed"])
    series = [
        Series(said, [Spread.of([one["killed"][who][name] for one in result["tries"]]) for who in killed])
        for name, said in names.items()
    ]
    return Drawing("Seconds after a kill -9, at a live rate", "seconds", killed, series, note(result))


DRAWINGS: dict[str, Callable[[Path], Drawing | None]] = {
    "throughput": throughput, "scaling-cost": scaled_cost, "cost": cost, "wires": wires, "stages": stages,
    "boards-refresh": refresh, "web-latency": latency, "web-answers": answers, "storage": storage,
    "recovery": recovery,
}  # fmt: skip


def spread(tries: Sequence[Result], name: str) -> Spread:
    """Of one figure over all tries."""
    return Spread.of([one[name] for one in tries])


def note(result: Result, *others: Result) -> str:
    """Where results come from, in one line: the machine of the first."""
    where, tries = result["machine"], _tries(result)
    commits = ", ".join(dict.fromkeys(map(commit_of, (result, *others))))
    whiskers = "" if tries == "one try" else "median of "
    return (
        f"{where['cpu']}, {where['cores']} cores, Python {where['python']} · commit {commits} · "
        f"{source_of(result)} · {whiskers}{tries}{', least and largest' if whiskers else ''}"
    )


def _tries(result: Result) -> str:
    """How many there were; where sizes have tries of their own, of each."""
    tries = len(result["tries"] if "tries" in result else result["sizes"][0]["tries"])
    return "one try" if tries == 1 else f"{tries} tries"


def _workers(result: Result) -> list[str]:
    return [f"{one['workers']} worker{'s' if one['workers'] > 1 else ''}" for one in result["sizes"]]


def _cost(title: str, labels: Sequence[str], results: Sequence[Result], said: str) -> Drawing:
    unit = "microseconds of processor time an event, all processes"
    return _stacked(title, unit, labels, results, "cpu_us_per_event", {part: part for part in PARTS}, said)


def _stacked(
    title: str, unit: str, labels: Sequence[str], results: Sequence[Result], figure: str, names: Mapping[str, str],
    said: str,
) -> Drawing:  # fmt: skip
    """Parts of a figure upon each other, by result."""
    series = [
        Series(name, [Spread.of([one[figure][part] for one in result["tries"]]) for result in results])
        for part, name in names.items()
    ]
    totals = [Spread.of([sum(one[figure][part] for part in names) for one in result["tries"]]) for result in results]
    return Drawing(title, unit, labels, series, said, totals)
