"""Spellings: what the collector and the site must read alike in names that people and hosts write.

The audit has its own, on purpose.
"""

from __future__ import annotations

from unicodedata import normalize

DID_CHARACTERS_MAX = 2048
DID = r"did:[a-z]+:[A-Za-z0-9._:%-]{0,2041}[A-Za-z0-9._-]"
"""A regular expression (atproto.com/specs/did); how long it may be as a whole is for who uses it to say."""


def hashtag(tag: str) -> str:
    """A hashtag in its one spelling, without `#`; '' where nothing is left of it."""
    return normalize("NFKC", tag).casefold().strip().lstrip("#").strip()
