"""Mutants of the proof that two hosts join: what is recognised, how far back is read, what is a gap."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, unit

_PROOF = "collector/proof.py"
_RESUME = "collector/resume.py"

MUTANTS = [
    Mutant(
        "anything is recognised", _PROOF,
        "known >= _KNOWN_SHARE_MIN * total", "known >= 0",
        (unit("overlap", "blind"),),
    ),
    Mutant(
        "nothing delivered twice is enough", _PROOF,
        "(total and known >= _KNOWN_SHARE_MIN * total)", "known >= _KNOWN_SHARE_MIN * total",
        (unit("overlap", "clock"),),
    ),
    Mutant(
        "failed overlap without a gap", _PROOF,
        "if outcome == GAP:\n                begin", "if False:\n                begin",
        (unit("overlap", "leaves_a_gap"),),
    ),
    Mutant(
        "lanes keep what came after a hole", "sql/checkpoint/fence_lanes.sql",
        "and not %(again)s", "and (true or %(again)s)",
        (unit("resume"),),
    ),
    Mutant(
        "what was accepted before is recognised", _PROOF,
        "self.known - again", "self.known",
        (unit("resume"),),
    ),
    Mutant(
        "what was looked at counts again", _RESUME,
        "ends_us = min(frontier_us, unix_us(tried.earliest or tried.frontier))", "ends_us = frontier_us",
        (unit("overlap", "blind"),),
    ),
    Mutant(
        "frontier moved by a run that proved nothing", _RESUME,
        "return min(whole + proven, default=None)", "return min(whole or proven, default=None)",
        (unit("resume"),),
    ),
]  # fmt: skip
