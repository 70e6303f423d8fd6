"""The emoji in a text: sequences recommended for general interchange (RGI) of Unicode 17.0.

It owns where one ends and the next begins. Which there are is said by the pinned list alone, which is data: no
code is shared with whoever else reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

LIST = Path(__file__).parents[2] / "collector" / "emoji-17.0.txt"


def emoji(text: str) -> Iterator[str]:
    """Each emoji from left to right, as long as it can be; one that stands twice comes twice."""
    by_first = _by_first()
    position = 0
    while position < len(text):
        candidates = by_first.get(text[position], [])
        found = next((sequence for sequence in candidates if text.startswith(sequence, position)), None)
        if found is not None:
            yield found
        position += 1 if found is None else len(found)


@cache
def _by_first() -> dict[str, list[str]]:
    """All sequences by their first character, the longest first."""
    lines = LIST.read_text(encoding="utf-8").split("\n")
    by_first: dict[str, list[str]] = {}
    # a space behind the '#', as the keycap of '#' is a sequence
    for sequence in (line for line in lines if line and not line.startswith("# ")):
        by_first.setdefault(sequence[0], []).append(sequence)
    for sequences in by_first.values():
        sequences.sort(key=len, reverse=True)
    return by_first
