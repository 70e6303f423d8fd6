"""The names the network uses: DIDs, TIDs, record keys and the URIs of posts.

It owns when a string is such a name and how the database writes it as a number. It does not know where in a
frame such names stand, nor what they count.
"""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from typing import TypeGuard

DID_BYTES_MAX = 2_048
RKEY_CHARS_MAX = 512
COLLECTION_CHARS_MAX = 512

# A record key as the database holds it: a TID is its number, every other key is its text.
Rkey = int | str

_DID = re.compile(r"did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_POST_URI = re.compile(r"at://([^/]+)/app\.bsky\.feed\.post/([^/]+)")

# The thirteen digits hold 65 bits, but the top bit of a TID is zero and a bigint has 63. A first digit above 'b'
# would not fit, so such text is no TID: no revision at all, and as a record key an ordinary one.
_TID = re.compile(r"[2-7ab][2-7a-z]{12}")
_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
_DIGITS = str.maketrans(_ALPHABET, "0123456789abcdefghijklmnopqrstuv")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)", re.ASCII
)


def is_did(value: object) -> TypeGuard[str]:
    """Whether this is a DID of a length the contract counts; all its characters are single bytes."""
    return isinstance(value, str) and len(value) <= DID_BYTES_MAX and _DID.fullmatch(value) is not None


def is_collection(value: object) -> TypeGuard[str]:
    """Whether this may name a collection; unknown ones are counted, so this is not the NSID syntax."""
    return isinstance(value, str) and 1 <= len(value) <= COLLECTION_CHARS_MAX and not _CONTROL.search(value)


def tid(value: object) -> int | None:
    """The number of a TID, or None."""
    if isinstance(value, str) and _TID.fullmatch(value):
        return int(value.translate(_DIGITS), 32)
    return None


def tid_text(value: object) -> object:
    """A TID's number as the network writes it; anything else as it is."""
    if isinstance(value, int) and 0 <= value < 2**63:
        return "".join(_ALPHABET[value >> shift & 31] for shift in range(60, -1, -5))
    return value


def rkey(value: object) -> Rkey | None:
    """A record key as the database holds it, or None where it is none."""
    if not isinstance(value, str) or not 1 <= len(value) <= RKEY_CHARS_MAX:
        return None
    number = tid(value)
    if number is not None:
        return number
    return None if "/" in value or _CONTROL.search(value) else value


def post(uri: object) -> tuple[str, Rkey] | None:
    """The authority and the record key of a post's URI; the authority may be anything, a handle too."""
    match = _POST_URI.fullmatch(uri) if isinstance(uri, str) else None
    key = rkey(match[2]) if match else None
    return None if match is None or key is None else (sys.intern(match[1]), key)


def authored(uri: object) -> tuple[str, Rkey] | None:
    """The author and the record key of a post's URI; None where the authority is no DID."""
    found = post(uri)
    return found if found is not None and is_did(found[0]) else None


def time_us(value: object) -> int | None:
    """Microseconds of an RFC 3339 time."""
    match = _RFC3339.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    day, clock, fraction, zone = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}{zone.upper().replace('Z', '+00:00')}")
    except ValueError:
        return None
    elapsed = moment - _EPOCH
    return (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + int((fraction or "0")[:6].ljust(6, "0"))
