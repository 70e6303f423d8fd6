"""Emoji in a text: the sequences that Unicode recommends for general interchange (RGI), of one pinned version."""

from __future__ import annotations

from pathlib import Path

VERSION = "17.0"
_PATH = Path(__file__).with_name(f"emoji-{VERSION}.txt")


def _sequences() -> list[str]:
    lines = _PATH.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("# ")]


def _by_first(sequences: list[str]) -> dict[str, list[str]]:
    """The rest of each sequence by its first character, the longest first."""
    found: dict[str, list[str]] = {}
    for sequence in sorted(sequences, key=len, reverse=True):
        found.setdefault(sequence[0], []).append(sequence[1:])
    return found


_RESTS = _by_first(_sequences())
_FIRST = frozenset(_RESTS)
_UNUSUAL = frozenset(first for first in _FIRST if not first.isascii()) | {"\u20e3"}  # keycaps begin with a digit
"""Every emoji has one of these."""


def emoji_in(text: str) -> list[str]:
    """The emoji of a text from left to right, each as often as it stands there: the longest that fits is taken."""
    found: list[str] = []
    if text.isascii() or _UNUSUAL.isdisjoint(text):
        return found
    end = 0
    for at in [at for at, character in enumerate(text) if character in _FIRST]:
        if at >= end:
            rest = next((rest for rest in _RESTS[text[at]] if text.startswith(rest, at + 1)), None)
            if rest is not None:
                end = at + 1 + len(rest)
                found.append(text[at:end])
    return found
