"""DAG-CBOR, written: the one form the network uses, from values as JSON has them.

It owns the encoding and CIDs of the network's one kind. Links and bytes come as the AT Protocol writes them in JSON. It
does not know what a value means.
"""

from __future__ import annotations

import hashlib
import struct
from base64 import b32decode, b64decode
from typing import Any

CID_BEGINS = b"\x01\x71\x12\x20"  # version 1, DAG-CBOR, SHA-256


def cid_of(block: bytes) -> bytes:
    """The CID of an encoded value."""
    return CID_BEGINS + hashlib.sha256(block).digest()


class Link(bytes):
    """A CID that is to be written as a link."""


def encode(value: Any) -> bytes:
    """One value. Raises TypeError or ValueError for what has no such form."""
    out = bytearray()
    _put(out, value)
    return bytes(out)


def _put(out: bytearray, value: Any) -> None:
    kind = type(value)
    if kind is str:
        text = value.encode()
        _head(out, 3, len(text))
        out += text
    elif kind is dict:
        _put_map(out, value)
    elif kind is list:
        _head(out, 4, len(value))
        for item in value:
            _put(out, item)
    elif value is None or kind is bool:
        out.append({None: 0xF6, True: 0xF5, False: 0xF4}[value])
    elif kind is int:
        _head(out, int(value < 0), value if value >= 0 else -1 - value)
    elif kind is float:
        out += b"\xfb" + struct.pack(">d", value)
    elif kind is Link:
        out += b"\xd8\x2a"
        _put(out, b"\0" + value)
    elif kind is bytes:
        _head(out, 2, len(value))
        out += value
    else:
        raise TypeError(f"no form for {kind.__name__}")


def _put_map(out: bytearray, value: dict[str, Any]) -> None:
    if value.keys() == {"$link"}:
        _put(out, Link(_cid_bytes(value["$link"])))
        return
    if value.keys() == {"$bytes"}:
        _put(out, b64decode(value["$bytes"] + "=="))
        return
    _head(out, 5, len(value))
    named = [(key.encode(), item) for key, item in value.items()]
    for key, item in sorted(named, key=lambda pair: (len(pair[0]), pair[0])):
        _head(out, 3, len(key))
        out += key
        _put(out, item)


def _head(out: bytearray, major: int, number: int) -> None:
    if number < 24:
        out.append(major << 5 | number)
        return
    size = next(n for n in (1, 2, 4, 8) if number < 1 << 8 * n)
    out.append(major << 5 | 23 + size.bit_length())
    out += number.to_bytes(size, "big")


def _cid_bytes(text: str) -> bytes:
    """A CID in base 32, which begins with b."""
    digits = text[1:].upper()
    return b32decode(digits + "=" * (-len(digits) % 8))
