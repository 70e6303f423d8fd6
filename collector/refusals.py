"""Keys in quarantine: an event that was refused is not counted when it comes again in a better shape.

The newest are kept, far more than a window of redelivery holds; it forgets the oldest first.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

KEYS_MAX = 200_000


class Refusals:
    """Keys refused lately."""

    def __init__(self, keys: Iterable[bytes] = (), keys_max: int = KEYS_MAX) -> None:
        self._keys = dict.fromkeys(keys)
        self._keys_max = keys_max

    def __contains__(self, key: bytes) -> bool:
        return key in self._keys

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, key: bytes) -> None:
        """Remember a key; at the limit half of the others, the oldest, are forgotten."""
        self._keys[key] = None
        if len(self._keys) > self._keys_max:
            self._keys = dict.fromkeys(islice(self._keys, len(self._keys) // 2, None))

    def isdisjoint(self, keys: Iterable[bytes]) -> bool:
        """Whether none of these was refused."""
        return self._keys.keys().isdisjoint(keys)
