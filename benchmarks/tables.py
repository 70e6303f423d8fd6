"""The tables of the README: its figures, written by nobody by hand. What has no result has no line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from benchmarks.balance import WrongRun

Result = Mapping[str, Any]
BEGIN, END = "<!-- figures: ./run bench report -->", "<!-- end of figures -->"


def read(folder: Path, name: str) -> Result | None:
    """A result; None where there is none. Raises WrongRun for a file that is none."""
    path = folder / f"{name}.json"
    if not path.exists():
        return None
    try:
        found = orjson.loads(path.read_bytes())
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise WrongRun(f"{path} is no result of bench --json")
    return found


def with_figures(text: str, folder: Path, drawn: Mapping[str, str]) -> str | None:
    """The text with the tables of these results and the drawings, title by file name, between its marks; None where it
    has no marks."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        return None
    lines = [*_numbers(folder), *_boards(folder), *_scaling(folder), *_paper(folder), *_recovery(folder)]
    lines += _stages(folder)
    lines += [f"![{title}]({folder.name}/{name})" for name, title in drawn.items()]
    return "\n".join([before + BEGIN, "", *lines, "", END + after])


def _numbers(folder: Path) -> Iterator[str]:
    pipeline, web = read(folder, "pipeline"), read(folder, "web")
    if pipeline is None or web is None:
        return
    live = pipeline["live"]
    yield from _head("number", "median", "least", "largest", "of")
    yield _row(
        "events a second, from the socket to durable rows", *_three(pipeline, "events_per_second"), _where(pipeline)
    )
    yield _row("answers a second, in times of a bare application", *_three(web, "ratio"), _where(web))
    yield _row(
        f"cores at a live rate of {live['events_per_second']:,.0f} events a second, 99 % durable within "
        f"{live['durable_p99_s']} s",
        *_three({"tries": [one["live"] for one in pipeline["tries"]], "cores": live["cores"]}, "cores"),
        _where(pipeline),
    )
    yield ""


def _boards(folder: Path) -> Iterator[str]:
    result = read(folder, "boards")
    if result is None:
        return
    sizes = result["sizes"]
    yield f"Seconds for all boards of a window, by account-hours of the history ({_where(result)}):"
    yield ""
    ways = {"refresh_s": "a minute later", "turn_s": "in a new hour", "scratch_s": "from scratch"}
    hours = [f"{size['account_hours'] / 1e6:.0f} M" for size in sizes]
    yield from _head("window", *(f"{said}, {of}" for said in ways.values() for of in hours), "growth a minute later")
    for window in sizes[0]["scratch_s"]:
        seconds = (_number(size[way][window]) for way in ways for size in sizes)
        yield _row(window, *seconds, _number(result["growth"]["refresh_s"][window]))
    yield ""


def _scaling(folder: Path) -> Iterator[str]:
    result = read(folder, "scaling")
    if result is None:
        return
    yield f"Scaling ({_where(result)}):"
    yield ""
    yield from _head(
        "workers", "events/s", "with the fold", "events/s a core", "reader us", "worker us", "roller us", "Postgres us",
        "of it for the fold", "of a worker's time waiting for the commit",
    )  # fmt: skip
    for size in result["sizes"]:
        cost, spent = size["cpu_us_per_event"], size["worker_us_per_event"]
        yield _row(
            size["workers"],
            *(_number(size[name]) for name in ("events_per_second", "sustained_with_fold", "per_core")),
            *(_number(cost[part]) for part in ("reader", "worker", "roller", "postgres")),
            _number(size["session_us_per_event"]["roller"]),
            f"{100 * spent['commit'] / sum(spent.values()):.0f} %",
        )  # fmt: skip
    yield ""


def _paper(folder: Path) -> Iterator[str]:
    result = read(folder, "scaling")
    if result is None:
        return
    paper = result["on_paper"]
    yield (
        "On paper, if an event cost as much there. What nobody can share with it would first be too much for a core in "
        f"the {paper['first_full']}, at {paper['first_full_at']:,} events a second:"
    )
    yield ""
    yield from _head("times today's network", "events a second", "cores", "reader", "workers", "roller", "Postgres")
    for times, network in paper["networks"].items():
        cores = network["cores"]
        yield _row(
            times, f"{network['events_per_second']:,}", _number(network["cores_in_all"]),
            *(_number(cores[part]) for part in ("reader", "worker", "roller", "postgres")),
        )  # fmt: skip
    yield ""


def _recovery(folder: Path) -> Iterator[str]:
    result = read(folder, "recovery")
    if result is None:
        return
    yield f"Seconds after a kill -9 ({_where(result)}):"
    yield ""
    yield from _head("killed", "counts again", "has caught up")
    for who, found in result["killed"].items():
        yield _row(who, _number(found["counting_s"]), _number(found["caught_up_s"]))
    yield ""


def _stages(folder: Path) -> Iterator[str]:
    """Of the gate, the newest Python's."""
    kept = read(folder, "check")
    if kept is None:
        return
    python = max(kept, key=lambda version: tuple(map(int, version.split("."))))
    figures = kept[python]
    steps = {name.removeprefix("steps."): n for name, n in figures.items() if name.startswith("steps.")}
    yield f"What an event makes Python {python} do, by stage, counted by the gate; the same on every machine:"
    yield ""
    yield from _head("stage", "bytecodes", "of all", "calls into C")
    for stage, n in sorted(steps.items(), key=lambda item: -item[1]):
        yield _row(stage, _number(n), f"{100 * n / sum(steps.values()):.0f} %", _number(figures[f"calls.{stage}"]))
    yield ""
    yield from _head("Postgres, an event", "of a worker's transactions", "of the fold")
    for name, said in (("wal_bytes", "bytes of write-ahead log"), ("blocks", "pages touched")):
        yield _row(said, *(_number(figures[f"{name}.{part}"]) for part in ("worker", "fold")))
    yield ""


def _three(result: Result, name: str) -> tuple[str, str, str]:
    tries = [one[name] for one in result["tries"]]
    return _number(result[name]), _number(min(tries)), _number(max(tries))


def commit_of(result: Result) -> str:
    """As short as it is shown; with a plus where the checkout had changes."""
    commit = str(result["machine"]["commit"])
    return commit[:8] + ("+" if commit.endswith("+") else "")


def source_of(result: Result) -> str:
    """What it was measured with; results from before that was kept are simulated."""
    return str(result.get("source", "simulated"))


def _where(result: Result) -> str:
    where = result["machine"]
    return f"{where['cpu']}, {where['cores']} cores, {commit_of(result)}, {source_of(result)}"


def _head(*names: str) -> Iterator[str]:
    yield _row(*names)
    yield _row("---", *["---:" for _ in names[1:]])


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
