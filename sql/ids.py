"""The numbers that stand for names in one database: accounts, record keys, terms.

An id is computed, not looked up: a salted 64-bit BLAKE2b of the name (RFC 7693), the salt secret to the database.
Whoever writes makes sure that no two names have one id; whoever reads need not ask.
"""

from __future__ import annotations

from hashlib import blake2b

from sql import tid

_SIGN = 1 << 63


class Ids:
    """The ids of the database with this salt."""

    def __init__(self, salt: bytes) -> None:
        self._hash = blake2b(digest_size=8, salt=salt)

    def account(self, did: str) -> int:
        """Of an account, by its DID."""
        return self._signed(did)

    def rkey(self, rkey: str) -> int:
        """The number of a record key: a TID's own, below zero for any other text."""
        try:
            return tid.number(rkey)
        except ValueError:
            return (self._signed(rkey) & (_SIGN - 1)) - _SIGN

    def term(self, dimension: int, name: str) -> int:
        """Of a key of a dimension, which is the last three bits, so that who has ids only can tell dimensions apart."""
        return self._signed(name) >> 3 << 3 | dimension

    def _signed(self, name: str) -> int:
        digest = self._hash.copy()
        digest.update(name.encode())
        return int.from_bytes(digest.digest(), "big", signed=True)
