"""The benchmark of feeds through the real command, small: every figure is there, and the plan is one of a few rows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from benchmarks.fifty import fifty
from collector.feeds.file import parse
from tests.ops.command import skytally


def nodes(plan: list[str]) -> list[str]:
    """What it does, without how much of it."""
    return [re.sub(r" \(.*", "", line) for line in plan if "->" in line]


@pytest.mark.long
def test_a_run_gives_every_figure_and_a_plan_that_does_not_grow() -> None:
    given = ("--posts", 30_000, "--requests", 20, "--events", 5000, "--runs", 1)
    ended = skytally("bench", "feeds", "--json", *given)
    assert ended.code == 0, ended.err
    result: dict[str, Any] = orjson.loads(ended.out)
    assert (result["posts"], result["feeds"]) == (30_000, 50)
    assert 0 < result["warm_p50_ms"] < result["cold_p50_ms"]
    assert result["entries"] > 0
    assert {"with_feeds", "without_feeds", "costs_percent", "worker_us_per_event"} <= set(result)
    assert nodes(result["plan"]) == nodes(result["plan_of_a_tenth"])
    (scan,) = [line for line in result["plan"] if "feed_entry_newest" in line]
    rows = re.search(r"actual (?:time=\S+ )?rows=([0-9.]+)", scan)
    assert rows is not None, scan
    assert float(rows[1]) < 100  # a page, and who is hidden between


def test_the_fifty_feeds_are_fifty_and_each_can_be_used() -> None:
    feeds = parse(fifty(), Path())
    assert len({feed.id for feed in feeds}) == 50
    assert fifty(1) != fifty(2)
