"""Emoji in a text: the sequences that Unicode recommends for general interchange (RGI), of one pinned version."""

from __future__ import annotations

import re
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
# Where an emoji may begin, and what each has in it: keycaps begin with a digit and end with a frame. Ranges, because a
# search in them is ten times one in a set.
_RANGES = "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2b55\u3030\u303d\u3297\u3299\U0001f004-\U0001ffff"
_UNUSUAL = re.compile(f"[\u20e3{_RANGES}]").search
_BEGINS = re.compile(f"[0-9#*{_RANGES}]").finditer


def emoji_in(text: str) -> list[str]:
    """The emoji of a text from left to right, each as often as it stands there: the longest that fits is taken."""
    found: list[str] = []
    if text.isascii() or not _UNUSUAL(text):
        return found
    end = 0
    for match in _BEGINS(text):
        at = match.start()
        if at >= end:
            for rest in _RESTS.get(text[at], ()):
                if text.startswith(rest, at + 1):
                    end = at + 1 + len(rest)
                    found.append(text[at:end])
                    break
    return found
