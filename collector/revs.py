"""Revs in frames as they come, found without reading the rest: in a line of JSON, or in the blocks of a commit."""

from __future__ import annotations

import re

_HEAD_BYTES = 4096
"""Of a frame, where its rev stands."""
_in_line = re.compile(rb'"rev"\s*:\s*"([2-7a-z]{13})"').search
_in_block = re.compile(rb"crevm([2-7a-z]{13})").search


def rev_in(frame: bytes) -> bytes | None:
    """The rev of a frame; None where it has none."""
    found = (_in_line if frame[:1] == b"{" else _in_block)(frame, 0, _HEAD_BYTES)
    return found[1] if found else None
