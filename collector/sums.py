"""Sums by key that are added to and taken from: what was gained and lost in some buckets, in memory.

Keys lie in the order of a 64-bit mix of their numbers, so that finding and adding many is a search and a merge. Two
different keys with one mix are an error, with another mix in the next process. It does not know what is summed.
"""

from __future__ import annotations

import secrets

import numpy as np
import numpy.typing as npt

from collector.amounts import Amounts, Keys
from collector.columns import Ints
from collector.errors import Collision

_Mix = npt.NDArray[np.uint64]
_FACTORS = np.array([secrets.randbits(64) | 1 for _ in range(2)], np.uint64)
_SHIFT = np.uint64(29)


class Sums:
    """What each key gained and lost."""

    def __init__(self, amounts: Amounts) -> None:
        self._mix: _Mix = np.empty(0, np.uint64)
        self.amounts = Amounts(amounts.keys[:0], amounts.gained[:0], amounts.lost[:0])
        """In the order of their mixes. For reading."""
        self.add(amounts)

    def __len__(self) -> int:
        return len(self._mix)

    def add(self, more: Amounts) -> None:
        """Add amounts; a key may come several times."""
        mix, more = _grouped(more)
        at, known = self._find(mix, more.keys)
        keys, gained, lost = self.amounts
        gained[at[known]] += more.gained[known]
        lost[at[known]] += more.lost[known]
        if known.all():
            return
        new, where = ~known, at[~known]
        self._mix = np.insert(self._mix, where, mix[new])
        self.amounts = Amounts(
            np.insert(keys, where, more.keys[new], axis=0),
            np.insert(gained, where, more.gained[new]),
            np.insert(lost, where, more.lost[new]),
        )

    def take(self, less: Amounts) -> None:
        """Take amounts away; keys that are left without any are gone."""
        keys, gained, lost = less
        self.add(Amounts(keys, -gained, -lost))
        left = (self.amounts.gained != 0) | (self.amounts.lost != 0)
        if not left.all():
            self._mix = self._mix[left]
            self.amounts = Amounts(*(column[left] for column in self.amounts))

    def of(self, keys: Keys) -> tuple[Ints, Ints]:
        """What each of these keys gained and lost."""
        at, known = self._find(_mixed(keys), keys)
        gained, lost = np.zeros(len(keys), np.int64), np.zeros(len(keys), np.int64)
        gained[known] = self.amounts.gained[at[known]]
        lost[known] = self.amounts.lost[at[known]]
        return gained, lost

    def without(self, keys: Keys) -> Keys:
        """Those of the keys that are not here, each once."""
        mix, first = np.unique(_mixed(keys), return_index=True)
        keys = keys[first]
        _, known = self._find(mix, keys)
        return keys[~known]

    def copy(self) -> Sums:
        """The same, to be changed on its own."""
        return Sums(self.amounts)

    def _find(self, mix: _Mix, keys: Keys) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
        """Where each key stands or would stand, and whether it is there. Raises Collision."""
        at, known = _search(self._mix, mix)
        if (self.amounts.keys[at[known]] != keys[known]).any():
            raise Collision("Of two keys of a board.")
        return at, known


def _search(sorted_mix: _Mix, mix: _Mix) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    at = np.searchsorted(sorted_mix, mix)
    known = at < len(sorted_mix)
    known[known] = sorted_mix[at[known]] == mix[known]
    return at, known


def _mixed(keys: Keys) -> _Mix:
    """A number for each key, nearly always another one."""
    mix = np.zeros(len(keys), np.uint64)
    for column, factor in zip(keys.T, _FACTORS, strict=False):
        mix ^= column.astype(np.uint64) * factor
        mix ^= mix >> _SHIFT
    return mix


def _grouped(amounts: Amounts) -> tuple[_Mix, Amounts]:
    """In the order of their mixes, each key once. Raises Collision."""
    mix = _mixed(amounts.keys)
    order = np.argsort(mix)
    mix, keys = mix[order], amounts.keys[order]
    new = np.ones(len(mix), bool)
    new[1:] = mix[1:] != mix[:-1]
    starts = np.flatnonzero(new)
    if len(starts) == len(mix):
        return mix, Amounts(keys, amounts.gained[order], amounts.lost[order])
    if (keys[1:] != keys[:-1])[~new[1:]].any():
        raise Collision("Of two keys of a board.")
    gained, lost = (np.add.reduceat(column[order], starts) for column in amounts[1:])
    return mix[starts], Amounts(keys[starts], gained, lost)
