"""How large a run is, and how long its parts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """How much, and how long."""

    rate: float = 2000.0
    """Events a second."""
    past_s: float = 20.0
    """Seconds of events that are there at the start."""
    steady_s: float = 12.0
    """Seconds of an undisturbed service before the strike, and after it has recovered."""
    board_s: float = 10.0
    """Seconds between two makings of the boards of an hour."""
    away_s: float = 600.0
    """Seconds that upstream is gone, where it is what strikes."""
