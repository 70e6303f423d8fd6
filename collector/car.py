"""CAR: the blocks of a commit by their CIDs, found without decoding any of them.

So one bad block spoils what refers to it and nothing else, and the tree nodes, nine of ten blocks, cost nothing. Only
the one form of CID that the network uses is known: version 1, SHA-256, 36 bytes. It does not know what a block says.
Facts: ipld.io/specs/transport/car/carv1, atproto.com/specs/repository.
"""

from __future__ import annotations

BLOCKS_MAX = 20_000
"""Of a commit: 200 operations (the network's own limit) in a tree of 100 levels."""
CID_BYTES = 36
_LENGTH_BYTES_MAX = 4  # 268 MB: more than any frame has

Blocks = dict[bytes, slice]
"""Where the bytes of each block lie, by CID."""


class BadCar(ValueError):
    """The blocks can not be told apart."""


def blocks_of(car: bytes) -> Blocks:
    """The blocks of a CAR (version 1). Raises BadCar."""
    size, at, begin = len(car), 0, 0
    found: Blocks = {}
    blocks = -1  # the first is the header
    while at < size:
        length = car[at]
        begin = at + 1
        if length > 127:
            length, begin = _length(car, at)
        at = begin + length
        if at > size:
            raise BadCar("cut short")
        if blocks >= 0:
            if length < CID_BYTES:
                raise BadCar("a block without CID")
            found[car[begin : begin + CID_BYTES]] = slice(begin + CID_BYTES, at)
        blocks += 1
        if blocks > BLOCKS_MAX:
            raise BadCar("too many blocks")
    if blocks < 0:
        raise BadCar("no header")
    return found


def _length(car: bytes, at: int) -> tuple[int, int]:
    """An unsigned LEB128 number, and where it ends."""
    value = 0
    for shift, byte in enumerate(car[at : at + _LENGTH_BYTES_MAX]):
        value |= (byte & 127) << 7 * shift
        if byte < 128:
            return value, at + shift + 1
    raise BadCar("no length")
