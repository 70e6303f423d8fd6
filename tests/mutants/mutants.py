"""Every mutant."""

from __future__ import annotations

from tests.mutants import boards, checkpoints, counts, flows, overlaps

MUTANTS = [*checkpoints.MUTANTS, *counts.MUTANTS, *flows.MUTANTS, *boards.MUTANTS, *overlaps.MUTANTS]
