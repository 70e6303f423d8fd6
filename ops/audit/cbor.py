"""DAG-CBOR, read once more and slowly: what is one value, what is none.

It owns the form the network uses (RFC 8949 with the rules of the DAG-CBOR specification): text as map keys in order,
links as the only tag, finite floats. Numbers that could be written shorter count as they are. It does not know what a
value means.
"""

from __future__ import annotations

import math
import struct

_LINK = 42


class NoCbor(ValueError):
    """These bytes are no such value."""


def values(data: bytes) -> list[object]:
    """The values that stand one after another. Raises NoCbor."""
    found, at = [], 0
    try:
        while at < len(data):
            value, at = _value(data, at)
            found.append(value)
    except RecursionError:  # hundreds of arrays and maps in one another
        raise NoCbor("too deep") from None
    return found


def value(data: bytes) -> object:
    """The one value. Raises NoCbor."""
    found = values(data)
    if len(found) != 1:
        raise NoCbor("more than one value")
    return found[0]


def depth(of: object) -> int:
    """How many arrays and maps stand in one another, as JSON has them: bytes and links are maps there."""
    if isinstance(of, dict):
        return 1 + max(map(depth, of.values()), default=0)
    if isinstance(of, list):
        return 1 + max(map(depth, of), default=0)
    return int(isinstance(of, bytes))


def _value(data: bytes, at: int) -> tuple[object, int]:
    major, info, number, at = _head(data, at)
    if major == 0:
        return number, at
    if major == 1:
        return -1 - number, at
    if major in (2, 3):
        raw = data[at : at + number]
        if len(raw) < number:
            raise NoCbor("cut short")
        return (raw if major == 2 else _text(raw)), at + number
    if major == 4:
        return _array(data, at, number)
    if major == 5:
        return _map(data, at, number)
    if major == 6:
        return _link(data, at, number)
    return _simple(data, at, info)


def _head(data: bytes, at: int) -> tuple[int, int, int, int]:
    """Major type, the five bits beside it, the number they lead to, where the rest begins."""
    if at >= len(data):
        raise NoCbor("cut short")
    major, info = data[at] >> 5, data[at] & 31
    if info < 24 or major == 7:
        return major, info, info, at + 1
    size = {24: 1, 25: 2, 26: 4, 27: 8}.get(info)
    if size is None or at + 1 + size > len(data):
        raise NoCbor("no length")
    number = int.from_bytes(data[at + 1 : at + 1 + size], "big")
    return major, info, number, at + 1 + size


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise NoCbor("no text") from None


def _array(data: bytes, at: int, number: int) -> tuple[object, int]:
    found = []
    for _ in range(number):
        item, at = _value(data, at)
        found.append(item)
    return found, at


def _map(data: bytes, at: int, number: int) -> tuple[object, int]:
    found: dict[str, object] = {}
    last: tuple[int, bytes] | None = None
    for _ in range(number):
        key, at = _value(data, at)
        if not isinstance(key, str):
            raise NoCbor("a key that is no text")
        order = len(key.encode()), key.encode()
        if last is not None and order <= last:
            raise NoCbor("keys out of order")
        last = order
        found[key], at = _value(data, at)
    return found, at


def _link(data: bytes, at: int, tag: int) -> tuple[object, int]:
    if tag != _LINK:
        raise NoCbor("a tag that is no link")
    linked, at = _value(data, at)
    if not isinstance(linked, bytes) or linked[:1] != b"\0" or not _is_cid(linked[1:]):
        raise NoCbor("no link")
    return linked[1:], at


def _is_cid(cid: bytes) -> bool:
    """Version 0 (a bare SHA-256), or version 1: codec, hash function, length and digest."""
    if cid[:2] == b"\x12\x20":
        return len(cid) == 34
    version, at = _number(cid, 0)
    _, at = _number(cid, at)
    _, at = _number(cid, at)
    size, at = _number(cid, at)
    return version == 1 and size <= 64 and len(cid) >= at + size


def _number(cid: bytes, at: int) -> tuple[int, int]:
    """An unsigned LEB128 number in its shortest form, and where it ends."""
    value = 0
    for place, byte in enumerate(cid[at : at + 10]):
        value |= (byte & 127) << 7 * place
        if byte < 128 and (byte or not place) and value < 1 << 64:
            return value, at + place + 1
    raise NoCbor("no link")


def _simple(data: bytes, at: int, info: int) -> tuple[object, int]:
    if info in (20, 21, 22):
        return (False, True, None)[info - 20], at
    size, form = {26: (4, ">f"), 27: (8, ">d")}.get(info, (0, ""))
    if not size or at + size > len(data):
        raise NoCbor("no simple value")
    (number,) = struct.unpack_from(form, data, at)
    if not math.isfinite(number):
        raise NoCbor("no number")
    return number, at + size
