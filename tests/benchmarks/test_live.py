"""The live benchmark through the real command, and what it makes of what readers heard."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from benchmarks.live import _adds_up, _delays, _percentile, _Tick
from benchmarks.watchers import Heard
from tests.ops.command import skytally


@pytest.mark.long
def test_a_short_run_gives_every_figure() -> None:
    given = ("--readers", 20, "--seconds", 4, "--settle-s", 3, "--rate", 100)
    ended = skytally("bench", "live", "--json", *given)
    assert ended.code == 0, ended.err
    result: dict[str, Any] = orjson.loads(ended.out)
    assert result["readers"] == 20
    assert 40 <= result["messages"] <= 200
    assert 0 < result["web_cores"] < 1
    assert 0 < result["delay_p50_s"] <= result["delay_p99_s"] < 30
    assert result["events_per_second"] > 20
    assert result["options"]["rate"] == 100


TICKS = [_Tick(10, 1.0, 3), _Tick(11, 1.5, 2), _Tick(12, 2.0, 5)]


def test_a_reader_must_have_been_told_everything_between_two_messages_and_each_once() -> None:
    first, second = Heard("10:10:", 0.5, 0), Heard("11:13:11", 2.5, 8)
    assert _adds_up([first, second], TICKS)
    assert _adds_up([first, second, Heard("13:13:", 3.5, 2)], TICKS)
    assert not _adds_up([first, second._replace(n=10)], TICKS)
    assert not _adds_up([first, second, Heard("13:13:", 3.5, 7)], TICKS)
    assert not _adds_up([], TICKS)


def test_delays_are_weighed_by_events() -> None:
    heard = [Heard("10:10:", 0.5, 0), Heard("11:13:11", 2.5, 8), Heard("13:13:", 3.5, 2)]
    delays, weights = _delays([heard, heard], TICKS, 1.2)
    assert sorted(zip(delays.tolist(), weights.tolist(), strict=True)) == [(0.5, 5), (0.5, 5), (2.0, 2), (2.0, 2)]
    assert (_percentile(delays, weights, 0.5), _percentile(delays, weights, 0.99)) == (0.5, 2.0)
