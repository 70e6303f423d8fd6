"""The benchmark through the real command: its result, and that it notices a run that counted wrong."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from typing import Any, cast

import orjson
import pytest

from benchmarks.options import PipelineOptions
from benchmarks.pipeline import FOLD_S, NEVER_S, _try
from benchmarks.trial import Trials
from tests.ops.command import ROOT, environment, skytally

EVENTS = 10_000
PARTS = {"reader", "worker", "roller", "supervisor", "postgres", "replay"}
SPOIL = """
import sys
import benchmarks.trial as trial
from ops.cli import main
from sql.session import connect

{patch}
sys.exit(main("bench pipeline --json --events 1000 --runs 1 --live-s 0".split()))
"""
# One event's tally is lost, as a mistake in the collector might have it.
LOSE = """
read = trial.balance

def spoilt(conninfo):
    with connect(conninfo, None, "test") as connection:
        connection.execute("update network_minute set events = events - 1 where (minute, collection, operation) in"
                           " (select minute, collection, operation from network_minute limit 1)")
    return read(conninfo)

trial.balance = spoilt
"""
KILL = "trial.Watch.follow = lambda self, group: group.workers[0].kill()"


@pytest.mark.long
def test_a_run_gives_every_figure() -> None:
    ended = skytally("bench", "pipeline", "--json", "--events", EVENTS, "--runs", 1, "--live-s", 0)
    assert ended.code == 0, ended.err
    result: dict[str, Any] = orjson.loads(ended.out)
    assert result["events"] == EVENTS
    assert result["workers"] == 2
    for name in ("seconds", "events_per_second", "sustained_with_fold", "fold_lag_s", "fold_lag_s_max"):
        assert isinstance(result[name], float), name
        assert result[name] > 0, name
    assert result["events_per_second"] == pytest.approx(EVENTS / result["seconds"], rel=0.01)
    assert result["sustained_with_fold"] < EVENTS / result["fold_lag_s"]
    assert result["fold_lag_s_max"] >= result["fold_lag_s"]
    assert 50 < result["rss_mib_peak"] < 2_000
    assert result["rss_mib_by_million"] == []
    assert set(result["cpu_us_per_event"]) == PARTS
    assert all(result["cpu_us_per_event"][part] > 0 for part in ("worker", "postgres"))
    of_sessions = result["session_us_per_event"]
    assert of_sessions["collector"] > 0
    assert sum(of_sessions.values()) <= result["cpu_us_per_event"]["postgres"] * 1.1
    assert 50 < result["bytes_per_event"] < 500
    assert {"event", "account_minute", "post_minute", "term_minute", "author_minute"} <= set(result["gb_a_month"])
    assert {"cpu", "cores", "memory_gib", "versions", "commit"} <= set(result["machine"])
    [only] = result["tries"]
    assert set(only) == set(result) - {"wire", "workers", "source", "machine", "tries", "spread"}
    assert result["source"] == "simulated"
    assert result["spread"]["events_per_second"] == [round(only["events_per_second"], 3)] * 2


@pytest.mark.long
@pytest.mark.parametrize("wire", ["jetstream-zstd", "repos"])
def test_other_wires_are_measured_too(wire: str) -> None:
    ended = skytally("bench", "pipeline", "--json", "--events", 2000, "--runs", 1, "--wire", wire)
    assert ended.code == 0, ended.err
    result = orjson.loads(ended.out)
    assert (result["wire"], result["events"], "live" in result) == (wire, 2000, False)
    assert 0 < result["frames_per_second"] <= result["events_per_second"]


@pytest.mark.long
@pytest.mark.parametrize(
    ("patch", "said"),
    [
        (
            LOSE,
            "this run counted wrong, so its figures are worth nothing: "
            "999 events are in tallies and rollups, 1,000 in the log",
        ),
        (
            KILL,
            "the collector did not run through: worker 0 ended (killed by SIGKILL); starting again from the checkpoint",
        ),
    ],
    ids=["lose", "kill"],
)
def test_a_wrong_run_is_no_result(patch: str, said: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SPOIL.format(patch=patch)], cwd=ROOT, env=environment(), capture_output=True, text=True,
        timeout=100, check=False,
    )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.splitlines()[-1] == f"skytally: {said}"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--events", "0"), 2, "--events 0"),
        (("--runs", "0"), 2, "--runs 0"),
        (("--workers", "3"), 2, "workers=3"),
        (("--recording", "nowhere.jsonl"), 1, "nowhere.jsonl could not be served"),
    ],
)
def test_what_can_not_be_measured_is_refused(words: tuple[str, ...], code: int, said: str) -> None:
    ended = skytally("bench", "pipeline", *words)
    assert ended.code == code
    assert said in ended.err.splitlines()[-1]


def test_what_experience_costs_is_the_difference_to_the_same_without_it_by_turns() -> None:
    asked: list[tuple[float, bool]] = []

    class Fake:
        def flat_out(self, events: int, fold_s: float, *, experience: bool = True) -> dict[str, Any]:
            asked.append((fold_s, experience))
            seen: dict[str, Any] = defaultdict(float)
            seen["events_per_second"], seen["events_per_second_folded"] = (960.0, 490.0) if experience else (1e3, 500.0)
            seen["cpu_us_per_event"] = {"worker": 11.0 if experience else 10.0, "postgres": 10.0, "replay": 99.0}
            return seen

    options, said = PipelineOptions(experience=True, live_s=0), list[str]()
    for number in (0, 1):
        assert _try(options, cast(Trials, Fake()), said.append, number)["experience"] == {
            "without": 1000.0, "costs_percent": pytest.approx(4.0), "cpu_percent": pytest.approx(5.0),
            "without_with_fold": 500.0, "costs_percent_with_fold": pytest.approx(2.0),
            "cpu_percent_with_fold": pytest.approx(5.0),
        }  # fmt: skip
    assert asked == [
        (NEVER_S, False), (NEVER_S, True), (FOLD_S, False), (FOLD_S, True),
        (NEVER_S, True), (NEVER_S, False), (FOLD_S, True), (FOLD_S, False),
    ]  # fmt: skip
    costs = "experience costs 4.0 % of events/s flat out (5.0 % more CPU), 2.0 % with the fold running (5.0 %)"
    assert [line for line in said if line.startswith("experience")] == [costs, costs]
