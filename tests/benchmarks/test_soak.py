"""The soak through the real command, and the line through what grows."""

from __future__ import annotations

import os
from typing import Any

import orjson
import pytest

from benchmarks.growth import Growth, Note
from tests.ops.command import skytally


@pytest.mark.long
def test_a_short_soak_gives_every_figure() -> None:
    given = ("--seconds", 12, "--settle-s", 4, "--played-s", 20, "--rate", 100, "--requests", 10)
    ended = skytally("bench", "soak", "--json", *given)
    assert ended.code == 0, ended.err
    result: dict[str, Any] = orjson.loads(ended.out)
    assert (result["errors"], result["wrong"]) == (0, [])
    assert result["requests"] > 20
    assert result["events_per_second"] > 20
    assert result["durable_p99_s"] is not None
    for part in ("collector", "site"):
        found = result[part]
        assert 20 < found["mib_begin"] < 1000
        assert 20 < found["mib_end"] < 1000
        assert 5 < found["files_begin"] < 500
    assert result["options"]["rate"] == 100
    assert set(result["parts"]) == {"worker 0", "worker 1", "roller", "reader"}


def test_growth_is_the_slope_of_a_line_and_who_has_gone_counts_nothing() -> None:
    growth = Growth()
    assert growth.found() == {}
    growth.notes = [Note(600.0 * n, 100 + n, 7 + n) for n in range(4)]
    assert growth.found() == {
        "mib_begin": 100, "mib_end": 103, "mib_per_hour": 6.0, "lows_mib_per_hour": 6.0, "files_begin": 7,
        "files_end": 10,
    }  # fmt: skip
    growth.notes = [Note(90.0 * n, 100 + n % 2 * n, 7) for n in range(8)]
    found = growth.found()
    assert (found["mib_per_hour"] or 0) > 20
    assert found["lows_mib_per_hour"] == 0, "what comes and goes is not held"
    seen = Growth()
    seen.look(0.0, [os.getpid(), 1 << 30])
    [note] = seen.notes
    assert note.mib > 10
    with open(os.devnull) as _:
        seen.look(1.0, [os.getpid()])
    assert seen.notes[1].files == note.files + 1
