"""Inputs: good frames with a few bytes changed, cut, doubled or mixed. The same seed makes the same ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

_CHANGES_MAX = 4
_TOKENS = (
    b"\xff", b"\0", b"\x1b" + b"\xff" * 8, b"\x9a\x7f\xff\xff\xff", b"\xd8\x2a", b"\xfb\x7f\xf0" + b"\0" * 6,
    b"\xf7", b"\x5f", b"\x80\x80\x80\x80\x01", b"\\ud800", b'"', b"}", b"[", b"1e999", b"-9" * 20, b"null",
)  # fmt: skip
"""What decoders are known to stumble over: lengths without end, odd numbers, half a pair."""


def inputs(seeds: Sequence[bytes], seed: int) -> Iterator[bytes]:
    """The seeds as they are, then without end what becomes of them."""
    yield from seeds
    random = Random(seed)
    while True:
        data = bytearray(random.choice(seeds))
        for _ in range(random.randint(1, _CHANGES_MAX)):
            _change(data, random, seeds)
        yield bytes(data)


def _change(data: bytearray, random: Random, seeds: Sequence[bytes]) -> None:
    at = random.randrange(len(data) + 1)
    to = min(len(data), at + random.randint(1, 64))
    kind = random.randrange(6)
    if kind == 0 and at < len(data):
        data[at] = random.randrange(256)
    elif kind == 1:
        data[at:at] = random.choice(_TOKENS)
    elif kind == 2:
        data[at : at + 4] = random.choice(_TOKENS)
    elif kind == 3:
        del data[at:to]
    elif kind == 4:
        data[at:at] = data[at:to]
    else:
        other = random.choice(seeds)
        data[at:] = other[random.randrange(len(other) + 1) :]
