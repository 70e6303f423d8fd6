"""The gate: that an event costs no more than was accepted, and that it notices where one does."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import psycopg
import pytest

from benchmarks.check import Figures, python
from benchmarks.counting import Counting
from benchmarks.inline import Inline
from benchmarks.limits import accepted, compare, table
from collector.content import Content
from collector.plain import Plain
from collector.terms import Term, terms
from collector.writer import Writer
from ops.cli import _parser
from ops.commands import bench
from ops.problem import Problem
from ops.settings import Settings
from tests.conftest import new_database

FEW = 256
"""Events of a batch: as few as still show what is wrong."""
EXACT = {"statements", "copied_bytes", "peak_bytes"}
"""What is the same each time with so few events too. Python's own steps move with what is wrong; pages and bytes of the
database's log with whatever else it has to do just then, a vacuum or a checkpoint of another test."""


def few(server: str) -> dict[str, float]:
    """What few events cost, on a fresh database."""
    with new_database(server) as conninfo, Inline(conninfo) as line:
        figures = Figures(line, FEW)
        return {**figures.written(), **figures.weighed()}


@pytest.fixture(scope="module")
def before(server: str) -> dict[str, float]:
    """What few events cost as things are."""
    return few(server)


def test_an_event_costs_no_more_than_was_accepted(conninfo: str) -> None:
    """If this fails because something is worth its cost: ./run bench --check --accept."""
    baseline = accepted(python())
    if baseline is None:
        pytest.skip(f"nothing was accepted for Python {python()}")
    with Inline(conninfo) as line:
        now = Figures(line).counted()
    compared = compare(now, {name: value for name, value in baseline.items() if name in now})
    assert not [each.name for each in compared if each.wrong], "\n" + "\n".join(table(compared))


def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words are looked through once more, in Python."""

    def slower(langs: tuple[str, ...], hashtags: list[str], uris: list[str], text: str) -> tuple[Term, ...]:
        for _ in text:
            pass
        return terms(langs, hashtags, uris, text)

    monkeypatch.setattr("collector.shortcut.terms", slower)


def talkative(monkeypatch: pytest.MonkeyPatch) -> None:
    """One statement more a batch."""
    real = Writer._tick

    def tick(self: Writer, cursor: psycopg.Cursor, content: Content, segment: int) -> int:
        cursor.execute("select 1")
        return real(self, cursor, content, segment)

    monkeypatch.setattr(Writer, "_tick", tick)


def hungry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kilobyte more is kept of each event."""
    real, kept = Content.take, []

    def take(self: Content, plain: Plain) -> None:
        kept.append(bytes(1000 * len(plain.keys)))
        real(self, plain)

    monkeypatch.setattr(Content, "take", take)


@pytest.mark.parametrize(
    ("worse", "found"),
    [(slow, "steps.read"), (talkative, "statements.write"), (hungry, "peak_bytes.worker")],
    ids=["slow", "talkative", "hungry"],
)
def test_what_costs_more_is_named(
    worse: Callable[[pytest.MonkeyPatch], None], found: str, server: str, before: dict[str, float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    worse(monkeypatch)
    wrong = [each.name for each in compare(few(server), before) if each.wrong]
    assert found in wrong
    found_too = {name.split(".")[0] for name in wrong} & EXACT
    assert found_too <= {found.split(".")[0]}, "and nothing that is as it was"


def test_a_python_of_which_nothing_was_accepted_is_no_worse(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = compare({"steps.a": 1.0}, {})
    found = {"python": "3.99", "compared": compared, "worse": ["steps.a"]}
    monkeypatch.setattr("benchmarks.check.check", lambda *_: found)
    with pytest.raises(Problem, match=r"nothing was accepted for Python 3\.99"):
        bench.run(_parser("bench")[0].parse_args(["bench", "--check"]), cast(Settings, None))


def test_what_is_called_belongs_to_the_innermost_stage() -> None:
    def inner() -> int:
        return len("abc")

    def outer() -> int:
        return inner() + max(1, 2) + min(1, 2)

    counting = Counting({"in": (inner,), "out": (outer,)})
    with counting:
        outer()
    assert (counting.calls["in"], counting.calls["out"]) == (1, 2)
    assert counting.steps["out"] > counting.steps["in"] > 0
