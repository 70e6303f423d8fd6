"""A finding: one thing that was looked at, what was there, and what to do about it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Level = Literal["well", "warning", "wrong"]


class Finding(Struct, frozen=True):
    """What was looked at."""

    what: str
    level: Level
    """`warning`: it works, and could be better or safer. `wrong`: it does not work, or will not for long."""
    found: str
    advice: str = ""
    """What to do; empty where all is well."""

    def line(self) -> str:
        """For people."""
        advice = f"\n{'':<12}do: {self.advice}" if self.advice else ""
        return f"{self.level:<8}    {self.what}: {self.found}{advice}"
