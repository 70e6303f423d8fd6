"""TIDs as numbers: 13 characters of sortable base 32 that say a time in microseconds and a clock.

A TID is 64 bits: a zero, 53 bits of unix microseconds, 10 bits of clock id (atproto.com/specs/tid). The order of the
numbers is the order of the strings.
"""

from __future__ import annotations

ALPHABET = b"234567abcdefghijklmnopqrstuvwxyz"
# For bytes.translate: a TID as digits of int(..., 32). What is not in the alphabet becomes what int() refuses.
DIGITS = bytes(b"0123456789abcdefghijklmnopqrstuv"[ALPHABET.index(c)] if c in ALPHABET else 0x21 for c in range(256))
_CLOCK_BITS = 10
_MAX = 1 << 63


def number(tid: str) -> int:
    """The TID's 63-bit number. Raises ValueError for anything that is not exactly a TID."""
    if len(tid) != 13:
        raise ValueError("a TID has 13 characters")
    value = int(tid.encode().translate(DIGITS), 32)
    if value >= _MAX:
        raise ValueError("the first bit of a TID is zero")
    return value


def text(value: int) -> str:
    """The TID of a number from 0 to 2**63 - 1."""
    return "".join(chr(ALPHABET[value >> shift & 31]) for shift in range(60, -5, -5))


def time_us(value: int) -> int:
    """The unix time in microseconds that a TID's number says."""
    return value >> _CLOCK_BITS


def earliest(time_us: int) -> int:
    """The lowest TID number of a unix time in microseconds."""
    return max(time_us, 0) << _CLOCK_BITS
