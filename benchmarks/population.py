"""The accounts of a simulated network: their DIDs, how busy each is, how famous each is, and the last rev of
each.

An account is an index from 0; everything about it follows from that index by arithmetic or BLAKE2, so that
memory is eight bytes an account and the same index is the same DID in every simulation. This module does not
know records.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from hashlib import blake2b
from itertools import accumulate, pairwise
from math import sqrt
from random import Random

BASE32 = b"abcdefghijklmnopqrstuvwxyz234567"
BASE32_OF_BYTE = bytes(BASE32[byte & 31] for byte in range(256))
DID_WEB_EVERY = 991  # did:web is rare, but its DIDs are of another length and shape

# Events of an account in eight days of April 2026, by rank from the busiest (P50 8, P75 39, P90 159, P95 341,
# P99 1,185, the busiest 230,000; 3.09 million actors). Between two of these a power law.
ACTIVITY = ((1e-6, 230_000.0), (1e-4, 20_000.0), (1e-3, 6_000.0), (0.01, 1_185.0), (0.05, 341.0),
            (0.1, 159.0), (0.25, 39.0), (0.5, 8.0), (0.75, 3.0), (1.0, 1.0))  # fmt: skip
STEPS_PER_BAND = 24
FAME_STRIDE = (
    7_368_787  # prime: rank -> index is a permutation, so that the famous are not simply the busiest
)


def did(index: int) -> str:
    """The DID of an account: `did:plc:` and 24 base32 characters, for one in 991 a did:web."""
    if index % DID_WEB_EVERY == 17:
        return f"did:web:site{index}.example.com"
    digest = blake2b(index.to_bytes(8, "big"), digest_size=24, person=b"account").digest()
    return "did:plc:" + digest.translate(BASE32_OF_BYTE).decode()


def cid(name: str, codec: str = "bafyrei") -> str:
    """A well-formed CIDv1 (sha-256) that follows from a name; `bafyrei` is DAG-CBOR, `bafkrei` a raw blob."""
    return cid_of_bytes(blake2b(name.encode(), digest_size=52).digest(), codec)


def cid_of_bytes(raw: bytes, codec: str = "bafyrei") -> str:
    """A well-formed CIDv1 from 52 bytes.

    The first and last character carry three bits only: 288 is not 58 times 5.
    """
    return (
        codec
        + "abcdefgh"[raw[0] & 7]
        + raw[1:51].translate(BASE32_OF_BYTE).decode()
        + "aeimquy4"[raw[51] & 7]
    )


class Population:
    """`count` accounts, drawn by how busy or how famous they are. Remembers the last rev of each."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._last_rev_us = array("q", bytes(8 * count))
        self._edges, self._weights = _bands(count)
        self._fame_inverse = pow(FAME_STRIDE, -1, count)
        self._fame_span = sqrt(sqrt(sqrt(count + 1))) - 1

    def busy(self, random: Random) -> int:
        """Draw an account by its activity: a few hundred bots and power users make a good part of it all."""
        band = bisect_right(self._weights, random.random() * self._weights[-1], 0, len(self._weights) - 1)
        low, high = self._edges[band], self._edges[band + 1]
        return low + int(random.random() * (high - low))

    def anyone(self, random: Random) -> int:
        """Draw any account, each equally likely."""
        return int(random.random() * self.count)

    def famous(self, random: Random) -> int:
        """Draw an account to be followed: Zipf over ranks with exponent 7/8, a pdf exponent of 2.14."""
        root = 1 + self._fame_span * random.random()
        square = root * root
        fourth = square * square
        rank = min(int(fourth * fourth) - 1, self.count - 1)
        return rank * FAME_STRIDE % self.count

    def fame_rank(self, index: int) -> int:
        """How famous an account is, from 0; the inverse of what `famous` draws."""
        return index * self._fame_inverse % self.count

    def next_rev_us(self, index: int, wanted_us: int) -> int:
        """The time of an account's next rev: `wanted_us`, or just after its last, for revs only increase."""
        rev_us = max(wanted_us, self._last_rev_us[index] + 1)
        self._last_rev_us[index] = rev_us
        return rev_us


def _bands(count: int) -> tuple[list[int], list[float]]:
    """Split the ranks into bands of like activity: their edges, and the running sum of their events."""
    edges, events = [0], [0.0]
    for (near, more), (far, less) in pairwise(ACTIVITY):
        for step in range(STEPS_PER_BAND):
            middle = (step + 0.5) / STEPS_PER_BAND
            edge = int(count * near * (far / near) ** ((step + 1) / STEPS_PER_BAND))
            if edge > edges[-1]:
                events.append((edge - edges[-1]) * more * (less / more) ** middle)
                edges.append(edge)
    edges[-1] = count
    return edges, list(accumulate(events[1:]))
