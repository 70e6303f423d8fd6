"""The suite: what it runs, and the benchmarks of it that have no tests of their own, through the real command."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar, cast

import orjson
import psycopg
import pytest

from benchmarks.away import away
from benchmarks.feed import Feed
from benchmarks.options import ScalingOptions, SuiteOptions
from benchmarks.pipeline import FOLD_S, NEVER_S
from benchmarks.recovery import _State, again
from benchmarks.scaling import on_paper, scaling
from benchmarks.suite import SUITE, chosen, suite, words_of
from benchmarks.trial import Server
from ops.cli import _parser
from sql.session import connect
from tests.ops.command import ROOT, skytally

COST = {"reader": 2.0, "worker": 10.0, "roller": 1.0, "supervisor": 0.0, "postgres": 20.0, "replay": 9.0}


def measured(*words: object) -> dict[str, Any]:
    ended = skytally("bench", *words, "--json")
    assert ended.code == 0, ended.err
    found: dict[str, Any] = orjson.loads(ended.out)
    assert found["source"] == "simulated"
    assert found["machine"]["commit"]
    return found


@pytest.mark.parametrize("entry", SUITE, ids=lambda entry: entry.name)
def test_what_the_suite_runs_are_words_that_the_command_knows(entry: Any) -> None:
    parser, _ = _parser("bench")
    for options in (SuiteOptions(), SuiteOptions(quick=True, recording="some.jsonl")):
        words = words_of(entry, options)
        given, unknown = parser.parse_known_args(["bench", *words, "--json"])
        assert (unknown, given.what, given.json) == ([], entry.words[0], True)
        if entry.recording:
            assert (given.recording == "") == (options.recording == "")


def test_the_suite_runs_every_result_that_is_listed() -> None:
    text = (ROOT / "benchmarks/README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?`) \| `\./run bench", text, re.MULTILINE)
    listed = {name for row in rows for name in re.findall("`([^`]+)`", row)}
    assert listed | {"peers"} == {entry.name for entry in SUITE}


def test_results_are_chosen_by_name() -> None:
    assert [entry.name for entry in chosen("boards,web")] == ["boards", "web"]
    ended = skytally("bench", "--only", "boards,bords")
    assert (ended.code, "--only bords" in ended.err) == (2, True)


def test_the_suite_writes_results_and_drawings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, said = list[tuple[str, ...]](), list[str]()

    def ask(*words: str) -> dict[str, Any]:
        asked.append(words)
        return {"tries": [{"bytes_per_event": {"total": 9.0}}], "bytes_per_event": {"total": 9.0},
                "machine": {"cpu": "c", "cores": 1, "python": "3", "commit": "0"}}  # fmt: skip

    monkeypatch.setattr("benchmarks.child.ask", ask)
    written = suite(SuiteOptions(only="storage", results=str(tmp_path / "new"), quick=True), said.append)
    assert [path.name for path in written] == ["storage.json", "storage.svg"]
    assert asked == [("bench", "storage", "--runs", "1", "--events", "200000", "--json")]
    assert orjson.loads(written[0].read_bytes())["bytes_per_event"] == {"total": 9.0}


@pytest.mark.long
def test_storage_says_what_each_table_takes() -> None:
    tables = measured("storage", "--events", 5000, "--runs", 1)["bytes_per_event"]
    assert tables["total"] == pytest.approx(sum(tables.values()) - tables["total"])
    assert 80 < tables["event"] < 500
    assert {"account", "account_minute", "post_minute", "term"} <= set(tables)


class FakeTrials:
    """Trials that count faster with more workers, and cost as much."""

    turns: ClassVar[list[tuple[int, float]]] = []

    def __init__(self, server: object, feed: object, simulated: bool, workers: int) -> None:
        self._workers = workers

    def flat_out(self, events: int, fold_s: float) -> dict[str, Any]:
        self.turns.append((self._workers, fold_s))
        return {
            "events_per_second": 1e5 * self._workers, "events_per_second_folded": 5e4 * self._workers,
            "cpu_us_per_event": COST,
            "session_us_per_event": {"roller": 3.0},
            "worker_us_per_event": {"sort_out": 7.0, "commit": 5.0}, "rss_mib_peak": 400.0,
        }  # fmt: skip


def test_scaling_compares_numbers_of_workers_by_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.scaling.Trials", FakeTrials)
    monkeypatch.setattr("benchmarks.scaling.feed_of", lambda *_: Feed(Path("f"), "jetstream", 1.0))
    FakeTrials.turns.clear()
    result = scaling(ScalingOptions(numbers="1,4", runs=2), cast(Server, None), lambda _: None)
    assert FakeTrials.turns == [(1, NEVER_S), (1, FOLD_S), (4, NEVER_S), (4, FOLD_S)] * 2
    assert [(size["workers"], size["events_per_second"], size["sustained_with_fold"], round(size["per_core"]))
            for size in result["sizes"]] == [(1, 1e5, 5e4, 30303), (4, 4e5, 2e5, 30303)]  # fmt: skip
    assert result["on_paper"] == on_paper(COST, 3.0)


def test_on_paper_a_hundred_networks_take_a_hundred_times_the_cores_and_who_is_alone_fills_up_first() -> None:
    found = on_paper(COST, 0.5)
    today, hundred = found["networks"]["1"], found["networks"]["100"]
    assert (today["events_per_second"], today["cores_in_all"]) == (500, 0.017), "33 us, the replay server's left out"
    assert (hundred["cores"]["worker"], hundred["cores_in_all"]) == (0.5, 1.65)
    assert (found["first_full"], found["first_full_at"]) == ("reader", 500_000)
    assert on_paper(COST, 4.0)["first_full_at"] == 200_000, "the fold's session works while the roller waits for it"


@pytest.mark.long
def test_recovery_from_a_kill() -> None:
    result = measured("recovery", "--killed", "worker", "--settle-s", 1, "--runs", 1, "--rate", 200)
    assert set(result["killed"]) == {"worker"}
    found = result["killed"]["worker"]
    assert 0 < found["counting_s"] <= found["caught_up_s"] < 60
    assert result["events"] > 0


def test_what_the_last_group_still_wrote_is_no_recovery() -> None:
    reached = again(_State(1, 90, 1000, 0.0))
    still, fenced, once_more, counts = (_State(1, 91, 1100, 0.0), _State(2, 0, 1100, 0.0), _State(2, 1, 1100, 0.0),
                                        _State(2, 2, 1150, 0.0))  # fmt: skip
    assert [reached(state) for state in (still, fenced, once_more, counts)] == [False, False, False, True]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("recovery", "--killed", "worker,nobody"), "--killed nobody; allowed: reader, worker, roller, postgres"),
        (("scaling", "--numbers", "1,3"), "--numbers 3; allowed: 1, 2, 4, 8, 16, 32"),
        (("--quick", "pipeline"), "--quick goes without pipeline"),
        (("scaling", "--numbers", ""), "allowed: 1, 2, 4, 8, 16, 32"),
        (("--recording", "some.jsonl", "boards"), "--recording goes without boards"),
        (("--results", "mine", "pipeline"), "--results goes without pipeline"),
        (("--check", "--only", "web"), "--only goes without --check"),
        (("--accept",), "--accept goes with --check"),
        (("experience", "--rounds", "5"), "--rounds 5; allowed: 6 or more"),
        (("report", "--results", "nowhere"), "nowhere is no folder with results"),
    ],
)
def test_what_can_not_be_measured_is_refused(words: tuple[str, ...], said: str) -> None:
    ended = skytally("bench", *words)
    assert (ended.code, said in ended.err) == (2, True)


def test_what_is_said_before_the_word_is_not_forgotten() -> None:
    parser, _ = _parser("bench")
    given = parser.parse_args(["bench", "--recording", "some.jsonl", "--json", "pipeline"])
    assert (given.recording, given.json) == ("some.jsonl", True)
    assert parser.parse_args(["bench", "--results", "mine", "report"]).results == "mine"
    assert parser.parse_args(["bench", "report"]).results == SuiteOptions().results


def test_a_database_that_is_away_lets_nobody_in_and_comes_back(conninfo: str) -> None:
    with connect(conninfo, None, "test") as inside:
        with away(conninfo):
            with pytest.raises(psycopg.OperationalError):
                connect(conninfo, None, "test")
            with pytest.raises(psycopg.OperationalError):
                inside.execute("select 1")
        with connect(conninfo, None, "test") as again:
            assert again.execute("select 1").fetchone() == (1,)
