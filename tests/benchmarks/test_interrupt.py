"""A benchmark that is interrupted ends, whatever it is at, and leaves nothing behind."""

from __future__ import annotations

import signal

import pytest

from tests.ops.command import running
from tests.ops.embedded_directory import private_directory

PIPELINE = ("pipeline", "--events", "1000", "--runs", "1", "--live-s", "60")
SUITE = ("--quick", "--only", "storage", "--results")


@pytest.mark.long
@pytest.mark.parametrize(
    ("words", "at"),
    [(PIPELINE, "try 1 of 1"), (PIPELINE, "with the fold running"), (SUITE, "counting")],
    ids=["flat out", "live", "the suite"],
)
def test_what_is_interrupted_leaves_nothing_behind(words: tuple[str, ...], at: str) -> None:
    with private_directory() as folder:
        given = (*words, folder / "results") if words is SUITE else words
        with running(folder / "said", "bench", *given, TMPDIR=str(folder)) as bench:
            bench.until(lambda: at in bench.err, 60)
            assert list(folder.glob("skytally-bench-*"))
            ended = bench.signalled(signal.SIGTERM)
        assert (ended.code, ended.out) == (130, "")
        assert list(folder.glob("skytally-bench-*")) == []
