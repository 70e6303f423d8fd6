"""What pages call things: nothing is left without a word."""

from __future__ import annotations

from collector.batch import GAP_REASONS
from web.wording import REASONS


def test_every_reason_of_a_gap_has_words() -> None:
    assert set(REASONS) == set(GAP_REASONS)
