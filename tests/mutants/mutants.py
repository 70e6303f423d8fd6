"""Every mutant."""

from __future__ import annotations

from tests.mutants import boards, checkpoints, counts, feeds, flows, overlaps, ticks

MUTANTS = [
    *checkpoints.MUTANTS, *counts.MUTANTS, *flows.MUTANTS, *boards.MUTANTS, *overlaps.MUTANTS, *ticks.MUTANTS,
    *feeds.MUTANTS,
]  # fmt: skip
