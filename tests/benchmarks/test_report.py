"""The report: what results look like, the same bytes each time, and readable without looking."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import orjson
import pytest

from benchmarks.balance import WrongRun
from benchmarks.drawing import Drawing, Series, Spread
from benchmarks.drawings import DRAWINGS
from benchmarks.report import RESULTS, report
from benchmarks.scaling import on_paper
from benchmarks.tables import BEGIN, END, with_figures
from tests.ops.command import skytally

SVG = "{http://www.w3.org/2000/svg}"
MACHINE = {"cpu": "A <fast> one", "cores": 8, "python": "3.11.7", "commit": "0123456789abcdef"}
PARTS = {"reader": 2.0, "worker": 10.0, "roller": 1.0, "supervisor": 0.1, "postgres": 14.0, "replay": 0.5}
ABOUT: dict[str, Any] = {"machine": MACHINE, "source": "simulated"}


def tries(**figures: Any) -> dict[str, Any]:
    """Three, the last of numbers a little larger."""
    each = [
        {name: value * times if isinstance(value, float) else value for name, value in figures.items()}
        for times in (1, 1.1, 1.2)
    ]
    return {**each[1], "tries": each}


STAGES = {"sort_out": 7.0, "feeds": 0.0, "names": 1.0, "commit": 8.0}
SCALED = tries(
    events_per_second=9e4, sustained_with_fold=5e4, per_core=36_900.4, cpu_us_per_event=PARTS,
    worker_us_per_event=STAGES, session_us_per_event={"collector": 10.0, "roller": 3.0},
)  # fmt: skip
PIPELINE = tries(
    events_per_second=9e4, cpu_us_per_event=PARTS, worker_us_per_event=STAGES,
    live={"cores": 0.061, "events_per_second": 609.4, "durable_p99_s": 0.25},
)  # fmt: skip
SECONDS = {"1h": 0.5, "30d": 2.0}
EXAMPLES: dict[str, dict[str, Any]] = {
    "pipeline": {**PIPELINE, "events": 2_000_000},
    "pipeline-zstd": {**PIPELINE, "events": 300_000},
    "scaling": {"sizes": [{"workers": 1, **SCALED}, {"workers": 2, **SCALED}], "on_paper": on_paper(PARTS, 3.0)},
    "boards": tries(
        sizes=[
            {"account_hours": hours, "refresh_s": SECONDS, "turn_s": SECONDS, "scratch_s": SECONDS}
            for hours in (10**7, 2 * 10**7)
        ],
        growth={"refresh_s": {"1h": 1.0, "30d": 1.1}},
    ),
    "web": tries(ratio=0.5, p50_ms=6.0, p99_ms=15.0, bare_p99_ms=14.0, hot_per_second=4e3, bare_per_second=5e3,
                 stale=4e3, shared=3e3, outage=4e3, miss=60.0),
    "storage": tries(bytes_per_event={"total": 300.0, "event": 118.0}),
    "recovery": tries(killed={"reader": {"counting_s": 1.0, "caught_up_s": 1.5}}),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, example in EXAMPLES.items():
        (tmp_path / f"{name}.json").write_bytes(orjson.dumps({**example, **ABOUT}))
    return tmp_path


def test_every_result_is_drawn_and_the_same_each_time(folder: Path) -> None:
    first = {path.name: path.read_bytes() for path in report(folder)}
    assert set(first) == {f"{name}.svg" for name in DRAWINGS}
    assert {path.name: path.read_bytes() for path in report(folder)} == first


def test_a_drawing_says_what_it_shows_and_where_that_was_measured(folder: Path) -> None:
    report(folder)
    for name in DRAWINGS:
        root = ET.fromstring((folder / f"{name}.svg").read_text())
        title, said = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title is not None and said is not None and title.text and said.text  # noqa: PT018
        assert root.get("aria-labelledby") == "title description"
        shown = " ".join(text.text or "" for text in root.iter(f"{SVG}text"))
        for what in ("A <fast> one", "8 cores", "01234567", "simulated", "median of 3 tries"):
            assert what in shown, (name, what)
            assert what in said.text, (name, what)


def test_words_in_a_drawing_lie_within_it(folder: Path) -> None:
    report(folder)
    for name in DRAWINGS:
        for x, y in re.findall(r'<text [^>]*x="([-0-9.]+)" y="([-0-9.]+)"', (folder / f"{name}.svg").read_text()):
            assert 0 <= float(x) <= 720, name
            assert 10 <= float(y) <= 360, name


def test_bars_are_as_high_as_their_figures_and_whiskers_reach_from_the_least_to_the_largest() -> None:
    drawn = Drawing("T", "u", ["a", "b"], [Series("", [Spread(5, 4, 8), Spread(10, 10, 10)])], "n").svg()
    heights = [float(found) for found in re.findall(r'class="fill c0"[^>]*height="([0-9.]+)"', drawn)]
    assert heights[1] == pytest.approx(2 * heights[0])
    [whisker] = re.findall(r'class="tick"[^>]*d="M[0-9.]+ ([0-9.]+)h10M[0-9.]+ [0-9.]+V([0-9.]+)M', drawn)
    assert float(whisker[1]) - float(whisker[0]) == pytest.approx(heights[1] * (8 - 4) / 10, abs=0.2)


def test_what_was_not_measured_is_not_drawn(tmp_path: Path) -> None:
    assert report(tmp_path) == []
    ended = skytally("bench", "report", "--results", tmp_path)
    assert (ended.code, ended.out) == (0, "")


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "{}", '{"tries":[],"events":1,"machine":{}}'])
def test_what_is_no_result_is_said_and_not_drawn(tmp_path: Path, text: str) -> None:
    (tmp_path / "pipeline.json").write_text(text)
    with pytest.raises(WrongRun, match="result"):
        report(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["pipeline.json"]


def test_the_drawings_in_the_repository_are_those_of_its_results(tmp_path: Path) -> None:
    for path in RESULTS.glob("*.json"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    fresh = {path.name: path.read_bytes() for path in report(tmp_path)}
    assert fresh == {path.name: path.read_bytes() for path in RESULTS.glob("*.svg")}


def test_the_tables_stand_between_their_marks_and_nothing_else_is_touched(folder: Path) -> None:
    found = with_figures(f"before\n{BEGIN}\nold\n{END}\nafter\n", folder, {"a.svg": "A"})
    assert found is not None
    lines = found.splitlines()
    assert (lines[:2], lines[-2:]) == (["before", BEGIN], [END, "after"])
    assert "old" not in lines
    for line in (
        "| events a second, from the socket to durable rows | 99,000 | 90,000 | 108,000 "
        "| A <fast> one, 8 cores, 01234567, simulated |",
        "| cores at a live rate of 609 events a second, 99 % durable within 0.25 s | 0.061 | 0.061 | 0.061 "
        "| A <fast> one, 8 cores, 01234567, simulated |",
        "| 2 | 99,000 | 55,000 | 40,590 | 2 | 10 | 1 | 14 | 3 | 50 % |",
        "| 100 | 50,000 | 1.35 | 0.1 | 0.5 | 0.05 | 0.7 |",
        "| reader | 1 | 1.5 |",
        "| 30d | 2 | 2 | 2 | 2 | 2 | 2 | 1.1 |",
        f"![A]({folder.name}/a.svg)",
    ):
        assert line in lines, line
    assert with_figures(found, folder, {"a.svg": "A"}) == found
    assert with_figures("no marks", folder, {}) is None


def test_the_readme_has_the_tables_of_its_results() -> None:
    readme = (RESULTS.parent / "README.md").read_text(encoding="utf-8")
    drawn = {f"{name}.svg": found.title for name, draw in DRAWINGS.items() if (found := draw(RESULTS)) is not None}
    assert with_figures(readme, RESULTS, drawn) == readme, "./run bench report"
    assert all(f"results/{name}" in readme for name in drawn)
