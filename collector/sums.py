"""Sums by key that are added to and taken from: what was gained and lost in some buckets, in memory.

There are millions of them, so a key stands once and its numbers are as narrow as they can be. Keys lie in the order of
a 64-bit mix of their numbers, so that adding many is a merge, and finding few looks at few. Two different keys with one
mix are an error, with another mix in the next process. It does not know what is summed.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from copy import copy

import numpy as np
import numpy.typing as npt

from collector.amounts import Amounts, Keys
from collector.columns import Ints
from collector.errors import Collision

_Mix = npt.NDArray[np.uint64]
_Narrow = npt.NDArray[np.signedinteger]
_FACTOR = np.uint64(secrets.randbits(64) | 1)
_WIDTHS = (np.int8, np.int16, np.int32, np.int64)
_MIXED = 100
"""As many keys can be mixed in the time that one takes to be found without."""
_SPARE = 0.8
"""Heavy keys are remembered from a bit below what was asked for, for whoever asks for a bit less."""
_FEW = 8
"""They are few where there are so many times as many keys."""


class Sums:
    """What each key gained and lost."""

    def __init__(self, amounts: Amounts) -> None:
        _, amounts = _grouped(amounts)
        self._keys = amounts.keys
        self._gained, self._lost = _narrowed(amounts.gained), _narrowed(amounts.lost)
        self._heavy: tuple[int, npt.NDArray[np.intp]] | None = None

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def keys(self) -> Keys:
        """Every key. For reading."""
        return self._keys

    def copied(self) -> Sums:
        """The same, to be changed by itself."""
        other = copy(self)
        other._gained, other._lost = self._gained.copy(), self._lost.copy()  # keys are never changed in place
        return other

    def add(self, more: Amounts) -> None:
        """Add amounts; a key may come several times."""
        if not len(more.keys):
            return
        self._heavy = None
        mix, more = _grouped(more)
        at, known = self._find(mix, more.keys)
        self._gained = _added(self._gained, at[known], more.gained[known])
        self._lost = _added(self._lost, at[known], more.lost[known])
        if known.all():
            return
        new, where = ~known, at[~known]
        self._keys = np.insert(self._keys, where, more.keys[new], axis=0)
        self._gained = _inserted(self._gained, where, more.gained[new])
        self._lost = _inserted(self._lost, where, more.lost[new])

    def take(self, less: Amounts) -> None:
        """Take amounts away; keys that are left without any are gone."""
        keys, gained, lost = less
        self.add(Amounts(keys, -gained, -lost))
        left = (self._gained != 0) | (self._lost != 0)
        if not left.all():
            self._heavy = None
            self._keys, self._gained, self._lost = self._keys[left], self._gained[left], self._lost[left]

    def heavy(self, at_least: int) -> Keys:
        """The keys that gained so much or more."""
        if self._heavy is None or at_least < self._heavy[0]:
            least = int(at_least * _SPARE)
            are_heavy = self._gained >= least
            if np.count_nonzero(are_heavy) * _FEW > len(self):
                return self._keys[self._gained >= at_least]
            self._heavy = least, np.flatnonzero(are_heavy)
        places = self._heavy[1]
        return self._keys[places[self._gained[places] >= at_least]]

    def of(self, keys: Keys) -> tuple[Ints, Ints]:
        """What each of these keys gained and lost."""
        at, known = self._find(_mixed(keys), keys)
        gained, lost = np.zeros(len(keys), np.int64), np.zeros(len(keys), np.int64)
        gained[known] = self._gained[at[known]]
        lost[known] = self._lost[at[known]]
        return gained, lost

    def beginning_with(self, firsts: Sequence[int]) -> Keys:
        """The keys that are or begin with one of these numbers, of which there are some."""
        sought = np.unique(np.asarray(firsts, np.int64))
        column = self._keys[:, 0]
        at = np.minimum(np.searchsorted(sought, column), len(sought) - 1)
        found: npt.NDArray[np.bool_] = sought[at] == column
        return self._keys[found]

    def without(self, keys: Keys) -> Keys:
        """Those of the keys that are not here."""
        _, known = self._find(_mixed(keys), keys)
        return keys[~known]

    def within(self, keys: Keys) -> Keys:
        """Those of the keys that are here."""
        _, known = self._find(_mixed(keys), keys)
        return keys[known]

    def _find(self, mix: _Mix, keys: Keys) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
        """Where each key stands or would stand, and whether it is there. Raises Collision."""
        at = _places(self._keys, mix)
        known = at < len(self._keys)
        known[known] = _mixed(self._keys[at[known]]) == mix[known]
        if (self._keys[at[known]] != keys[known]).any():
            raise Collision("Of two keys of a board.")
        return at, known


def together(parts: Sequence[Sums], at_least: int) -> Amounts:
    """What keys gained and lost in all of these parts, at least one; of those that gained so much, 1 or more."""
    share = -(-at_least // len(parts))  # less than that in each part is less in all
    keys = distinct(np.concatenate([part.heavy(share) for part in parts]))
    total = Amounts(keys, np.zeros(len(keys), np.int64), np.zeros(len(keys), np.int64))
    for part in parts:
        gained, lost = part.of(keys)
        total = Amounts(keys, total.gained + gained, total.lost + lost)
    enough = total.gained >= at_least
    return total if enough.all() else Amounts(*(column[enough] for column in total))


def distinct(keys: Keys) -> Keys:
    """Each once, in the order of their mixes. Raises Collision."""
    mix = _mixed(keys)
    order = np.argsort(mix)
    mix, keys = mix[order], keys[order]
    return keys[_changes(mix, keys)]


def _places(keys: Keys, mix: _Mix) -> npt.NDArray[np.intp]:
    """Where a key with each mix stands among these, or would stand."""
    if keys.shape[1] == 1 or len(mix) * _MIXED > len(keys):
        return np.searchsorted(_mixed(keys), mix)
    low, high = np.zeros(len(mix), np.intp), np.full(len(mix), len(keys), np.intp)
    for _ in range(len(keys).bit_length()):
        middle = (low + high) // 2
        right = (low < high) & (_mixed(keys[np.minimum(middle, len(keys) - 1)]) < mix)
        low, high = np.where(right, middle + 1, low), np.where(right, high, middle)
    return low


def _mixed(keys: Keys) -> _Mix:
    """A number for each key, nearly always another one: ids are random already (sql/ids.py), record keys are not."""
    columns = keys.view(np.uint64).T
    mix: _Mix = columns[0] if len(columns) == 1 else columns[0] ^ columns[1] * _FACTOR
    return mix


def _grouped(amounts: Amounts) -> tuple[_Mix, Amounts]:
    """In the order of their mixes, each key once. Raises Collision."""
    mix = _mixed(amounts.keys)
    order = np.argsort(mix)
    mix, keys = mix[order], amounts.keys[order]
    starts = np.flatnonzero(_changes(mix, keys))
    if len(starts) == len(mix):
        return mix, Amounts(keys, amounts.gained[order], amounts.lost[order])
    gained, lost = (np.add.reduceat(column[order], starts) for column in amounts[1:])
    return mix[starts], Amounts(keys[starts], gained, lost)


def _changes(mix: _Mix, keys: Keys) -> npt.NDArray[np.bool_]:
    """Where another key begins than the one before. Raises Collision."""
    new = np.ones(len(mix), bool)
    new[1:] = mix[1:] != mix[:-1]
    if (keys[1:] != keys[:-1])[~new[1:]].any():
        raise Collision("Of two keys of a board.")
    return new


def _narrowed(values: npt.NDArray[np.signedinteger]) -> _Narrow:
    most = int(np.abs(values).max(initial=0))
    width = next(width for width in _WIDTHS if most <= np.iinfo(width).max)
    return values.astype(width, copy=False)


def _added(column: _Narrow, at: npt.NDArray[np.intp], more: Ints) -> _Narrow:
    """The column with more at these places, each named once."""
    values = _narrowed(column[at] + more)
    column = column.astype(np.promote_types(column.dtype, values.dtype), copy=False)
    column[at] = values
    return column


def _inserted(column: _Narrow, where: npt.NDArray[np.intp], values: Ints) -> _Narrow:
    """The column with these values before those places."""
    narrow = _narrowed(values)
    return np.insert(column.astype(np.promote_types(column.dtype, narrow.dtype), copy=False), where, narrow)
