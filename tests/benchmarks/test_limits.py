"""What the gate says of figures, and what it keeps of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.balance import WrongRun
from benchmarks.limits import Compared, accept, accepted, compare, table


def test_a_figure_may_grow_to_its_limit_and_no_further() -> None:
    assert not Compared("steps.read", 100.0, 101.9).wrong
    assert Compared("steps.read", 100.0, 102.1).wrong
    assert not Compared("times.worker", 1.0, 1.5).wrong
    assert Compared("statements.write", 13.0, 14.0).wrong


def test_a_figure_that_nobody_accepted_or_that_is_gone_is_wrong() -> None:
    found = compare({"steps.new": 1.0}, {"steps.old": 1.0})
    assert [(each.name, each.wrong) for each in found] == [("steps.new", True), ("steps.old", True)]


def test_what_is_much_better_is_said_and_no_failure() -> None:
    much, little = compare({"steps.a": 90.0, "steps.b": 99.0}, {"steps.a": 100.0, "steps.b": 100.0})
    assert (much.better, much.wrong, little.better) == (True, False, False)


def test_the_table_says_what_is_to_be_done() -> None:
    lines = table(compare({"steps.a": 110.0, "steps.b": 50.0, "blocks.c": 2.0}, {"steps.a": 100.0, "steps.b": 100.0}))
    assert [line.split() for line in lines[1:]] == [
        ["steps.a", "100.00", "110.00", "+10.0", "2", "WORSE"],
        ["steps.b", "100.00", "50.00", "-50.0", "2", "better:", "accept", "it"],
        ["blocks.c", "2.00", "5", "NEW"],
    ]


def test_each_python_has_figures_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "check.json"
    assert accepted("3.11", path) is None
    accept("3.11", {"steps.a": 1.0}, path)
    accept("3.12", {"steps.a": 2.0}, path)
    accept("3.11", {"steps.a": 3.0}, path)
    assert (accepted("3.11", path), accepted("3.12", path)) == ({"steps.a": 3.0}, {"steps.a": 2.0})


@pytest.mark.parametrize("text", ["", "{", "[]", '{"3.11": 7}', '{"3.11": {"unknown.a": 1.0}}'])
def test_what_holds_no_figures_is_nothing_to_compare_with_and_is_kept(tmp_path: Path, text: str) -> None:
    path = tmp_path / "check.json"
    path.write_text(text)
    with pytest.raises(WrongRun, match=r"check\.json"):
        accepted("3.11", path)
    with pytest.raises(WrongRun, match=r"check\.json"):
        accept("3.11", {"steps.a": 1.0}, path)
    assert path.read_text() == text
