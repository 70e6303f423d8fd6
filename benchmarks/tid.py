"""TIDs: the 13 characters that AT Protocol uses for revisions and most record keys.

This module owns the encoding (64 bits: a zero, 53 bits of unix microseconds, 10 bits of clock id;
base32-sortable, so that comparing strings compares times). It does not know what a TID is used for, nor which
clock gave the time.
"""

from __future__ import annotations

import re

ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
PATTERN = re.compile(rb"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
CLOCK_IDS = 1024

# Three characters at a time: four look-ups and a join instead of thirteen divisions.
_TRIPLES = [a + b + c for a in ALPHABET for b in ALPHABET for c in ALPHABET]
_VALUES = {character: value for value, character in enumerate(ALPHABET)}


def tid(time_us: int, clock_id: int) -> str:
    """The TID of a moment (unix microseconds, below 2**53) on a clock (0 to 1,023)."""
    bits = time_us << 10 | clock_id
    return (
        ALPHABET[bits >> 60]
        + _TRIPLES[bits >> 45 & 32767]
        + _TRIPLES[bits >> 30 & 32767]
        + _TRIPLES[bits >> 15 & 32767]
        + _TRIPLES[bits & 32767]
    )


def bits_of(text: str) -> int:
    """The 64 bits of a TID; ValueError when it is none."""
    if not PATTERN.fullmatch(text.encode()):
        raise ValueError(f"not a TID: {text!r}")
    bits = 0
    for character in text:
        bits = bits << 5 | _VALUES[character]
    return bits


def time_us_of(text: str) -> int:
    """The unix microseconds in a TID; ValueError when it is none."""
    return bits_of(text) >> 10
