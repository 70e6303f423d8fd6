"""The house: who may import whom. Imports only run downward, and the two halves meet in the database only."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

MAY_IMPORT = {
    "sql": {"sql"},
    "collector": {"collector", "sql"},
    "web": {"web", "sql"},
    "benchmarks": {"benchmarks", "collector", "web", "sql"},
    "ops": {"ops", "benchmarks", "collector", "web", "sql"},
}

# From the ground up; a module imports only from the lines above its own.
COLLECTOR_FLOORS = [
    "version terminal event memory crashpoint lanes lookups settings",
    "errors batch blind car revs emoji links reconnect columns refusals retention purge vitals",
    "sketch naming",
    "terms arrays media",
    "post profile post_view feeds.rules feeds.lines feeds.words feeds.detection",
    "appview feeds feeds.said feeds.guards feeds.checks",
    "texts feeds.worth feeds.file",
    "feeds.matcher",
    "resolver",
    "decode cursors translation usual compressed overlap",
    "checkpoint firehose comparison feeds.kept",
    "feeds.ranking feeds.leaving",
    "envelopes proof",
    "names resume since queue sources.stream parent wires",
    "rows sources sources.upstream rollups hosts reposts",
    "forgotten plain record window rollup sources.jetstream sources.subscribe_events sources.subscribe_repos windows",
    "tally span probe witness reached",
    "rulesets",
    "measures",
    "amounts",
    "authors sums ranking shares",
    "closed live board_state sliding",
    "certified active acting by_language",
    "scratch log_boards",
    "boards board_asking board_check bucket_check",
    "selfcheck",
    "schedule chores",
    "content window_load sources.choose judge",
    "standing shortcut reader feeds.taking ticks",
    "reckoning",
    "writer roller",
    "worker reader_process",
    "group",
    "progress watchdog switch",
    "supervisor",
]


def modules(package: str) -> Iterator[tuple[str, Path]]:
    for path in sorted((ROOT / package).rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        yield name.removesuffix(".__init__"), path


def imported(path: Path) -> set[str]:
    """Every module of ours that the file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # `from package import module` names a module, `from module import name` its module
            found |= {
                f"{node.module}.{alias.name}" if is_module(node.module, alias.name) else node.module
                for alias in node.names
            }
    return {name for name in found if name.split(".")[0] in MAY_IMPORT}


def is_module(package: str, name: str) -> bool:
    folder = ROOT / package.replace(".", "/")
    return (folder / f"{name}.py").is_file() or (folder / name).is_dir()


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_part_imports_only_the_parts_below_it(package: str) -> None:
    wrong = {
        f"{name} imports {other}"
        for name, path in modules(package)
        for other in imported(path)
        if other.split(".")[0] not in MAY_IMPORT[package]
    }
    assert not wrong


def test_imports_inside_the_collector_only_run_downward() -> None:
    floor = {f"collector.{name}": n for n, line in enumerate(COLLECTOR_FLOORS) for name in line.split()}
    floor["collector"] = -1
    known = dict(modules("collector"))
    assert set(known) == set(floor), "a module without a floor, or a floor without its module"
    wrong = {
        f"{name} imports {other}"
        for name, path in known.items()
        for other in imported(path)
        if other.startswith("collector.") and floor[other] >= floor[name]
    }
    assert not wrong


def test_modules_that_are_imported_by_name_are_there() -> None:
    known = dict(modules("collector"))
    texts = {
        node.value
        for path in known.values()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    named = {text for text in texts if re.fullmatch(r"collector(\.\w+)+", text)}
    assert {"collector.worker", "collector.sources.jetstream"} <= named <= set(known)


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_there_are_no_circles(package: str) -> None:
    known = dict(modules(package))
    below = {name: {o for o in imported(path) if o in known and o != name} for name, path in known.items()}
    while free := [name for name, others in below.items() if not others]:
        below = {name: others - set(free) for name, others in below.items() if name not in free}
    assert not below


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_module_says_what_it_owns(package: str) -> None:
    silent = [name for name, path in modules(package) if not ast.get_docstring(ast.parse(path.read_text()))]
    assert not silent


def test_no_file_has_grown_over_its_limit() -> None:
    long = {
        str(path): n for p in MAY_IMPORT for _, path in modules(p) if (n := len(path.read_text().splitlines())) > 350
    }
    assert not long
