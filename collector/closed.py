"""The closed part of a window: whole hours and days, for the keys that can reach the board.

They are those that gained their share in one of its buckets (`shares.py`); an index finds them. When the window moves
on, what was summed stays: hours that come are added, hours that have gone are taken away, and who gained a share in a
bucket that is new is summed too. It does not know which keys are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from datetime import datetime
from functools import partial
from weakref import WeakValueDictionary

import numpy as np

from collector.amounts import Amounts, Keys, Reader
from collector.measures import Measure
from collector.rollups import DAY, HOUR
from collector.shares import Shares, parts_of, shares
from collector.sums import Sums, distinct
from collector.windows import Move, Stretch, move, times_of

_DRIFT = 1.2
"""A floor may be off by so much until keys are chosen anew."""
_GROWN = 2
"""So many times the keys of the beginning are too many: most gained their share in hours that have gone."""


class Complete:
    """Sums of every key over closed buckets: made once for all boards that need the same, and kept as long as one does.
    Engagement needs what four others do; of a history shorter than a window is, all long windows need the same.
    Who gets some does not change them."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._held: WeakValueDictionary[tuple[Measure, tuple[Stretch, ...]], Sums] = WeakValueDictionary()

    def sums(self, measure: Measure, stretches: list[Stretch]) -> list[Sums]:
        """Those whose sum the measure has."""
        return [self._once(part, stretches, partial(self._read, part, stretches)) for part in measure.parts()]

    def moved(self, measure: Measure, sums: list[Sums], by: Move, stretches: list[Stretch]) -> list[Sums]:
        """Those that these become."""
        parts = zip(measure.parts(), sums, strict=True)
        return [self._once(part, stretches, partial(self._moved, part, each, by)) for part, each in parts]

    def forget(self) -> None:
        """Make all of them anew, whoever may still hold some."""
        self._held.clear()

    def note_purged(self, accounts: Sequence[int]) -> None:
        """Rows of these accounts have gone: all that is held has what is left of them."""
        for (part, stretches), sums in list(self._held.items()):
            _read_again(self._reader, part, stretches, sums, accounts)

    def _once(self, part: Measure, stretches: list[Stretch], make: Callable[[], Sums]) -> Sums:
        at = part, tuple(stretches)
        found = self._held.get(at)
        if found is None:
            found = self._held[at] = make()
        return found

    def _read(self, part: Measure, stretches: list[Stretch]) -> Sums:
        return Sums(self._reader.sums(part, stretches))

    def _moved(self, part: Measure, sums: Sums, by: Move) -> Sums:
        moved = sums.copied()
        moved.add(self._reader.sums(part, by.come))
        moved.take(self._reader.sums(part, by.gone))
        return moved


class Closed:
    """Sums over closed buckets, of every key that can be worth `floor` by what it gained in them."""

    def __init__(
        self, reader: Reader, complete: Complete, measure: Measure, stretches: list[Stretch], floor: int
    ) -> None:
        self._reader, self._complete, self._measure, self._stretches = reader, complete, measure, stretches
        self._shares = self._shares_of(stretches, floor)
        if self._shares is None:
            self.parts = complete.sums(measure, stretches)
        else:
            self.parts = [Sums(reader.of(measure, stretches, self._heavy(stretches, self._shares)))]
        self._keys_max = _GROWN * len(self.parts[0])

    @property
    def is_complete(self) -> bool:
        """Whether it has every key."""
        return self._shares is None

    @property
    def floor(self) -> int:
        """Whoever is worth less may not be here."""
        return 1 if self._shares is None else self._shares.floor(parts_of(self._measure, self._stretches))

    @property
    def live_share(self) -> int:
        """What a key that is worth `floor` gained in the live minutes, or else it is here."""
        return 1 if self._shares is None else self._shares.live

    def has(self, minute: datetime) -> bool:
        """Whether this minute is in one of its buckets."""
        times = times_of(self._stretches)
        return times is not None and times[0] <= minute < times[1]

    def copied(self) -> Closed:
        """The same, to be changed by itself."""
        other = copy(self)
        if not self.is_complete:
            other.parts = [sums.copied() for sums in self.parts]
        return other

    def note_purged(self, accounts: Sequence[int]) -> None:
        """Rows of these accounts have gone; `Complete` looks after its own."""
        if not self.is_complete:
            _read_again(self._reader, self._measure, self._stretches, self.parts[0], accounts)

    def learn(self, keys: Keys) -> None:
        """Sum these keys too, each given once."""
        if not self.is_complete:
            (sums,) = self.parts
            sums.add(self._reader.of(self._measure, self._stretches, sums.without(keys)))

    def follow(self, stretches: list[Stretch], floor: int) -> bool:
        """Be of these buckets; False where it is better to begin anew, with those that can be worth `floor`."""
        if times_of(stretches) == times_of(self._stretches):
            return True
        by = move(self._stretches, stretches)
        if by is None or not self._suits(stretches, floor):
            return False
        if self._shares is None:
            self.parts = self._complete.moved(self._measure, self.parts, by, stretches)
        else:
            self._move(by, stretches, self._shares)
        self._stretches = stretches
        return True

    def _suits(self, stretches: list[Stretch], floor: int) -> bool:
        """Whether its keys are about those that would be chosen anew."""
        anew = self._shares_of(stretches, floor)
        if self._shares is None or anew is None:
            return self._shares is anew
        parts = parts_of(self._measure, stretches)
        reached, wanted = self._shares.floor(parts), anew.floor(parts)
        return wanted <= reached * _DRIFT and reached <= wanted * _DRIFT and len(self.parts[0]) <= self._keys_max

    def _move(self, by: Move, stretches: list[Stretch], shares: Shares) -> None:
        (sums,) = self.parts
        come, gone = (self._reader.of(self._measure, hours, sums.keys) for hours in (by.come, by.gone))
        new = self._reader.of(self._measure, stretches, sums.without(self._heavy(by.new, shares)))
        sums.add(come)
        sums.take(gone)
        sums.add(new)

    def _shares_of(self, stretches: list[Stretch], floor: int) -> Shares | None:
        parts = parts_of(self._measure, stretches)
        return shares(floor, parts, max(self._measure.points, default=1)) if floor > 1 and parts else None

    def _heavy(self, stretches: list[Stretch], shares: Shares) -> Keys:
        """The keys that gained their share by one metric in one of these buckets, each once."""
        least = {HOUR: shares.hour, DAY: shares.day}
        found = [keys for stretch in stretches for keys in self._heavy_in(stretch, least[stretch.bucket])]
        none = np.empty((0, len(self._measure.source.key)), np.int64)
        return distinct(np.concatenate([none, *found]))

    def _heavy_in(self, stretch: Stretch, share: int) -> list[Keys]:
        if not self._measure.points:
            return [self._reader.heavy(self._measure, stretch, share)]
        each = zip(self._measure.of, self._measure.points, strict=True)
        return [
            self._reader.heavy(self._measure._replace(of=(by,)), stretch, -(-share // points)) for by, points in each
        ]


def _read_again(
    reader: Reader, measure: Measure, stretches: Iterable[Stretch], sums: Sums, accounts: Sequence[int]
) -> None:
    """Let sums have what is left of these accounts, or of posts of theirs: also of such as they do not hold."""
    if measure.source.of_accounts and accounts:
        left = reader.of(measure, stretches, np.array(accounts, np.int64)[:, None])
        held = sums.beginning_with(accounts)
        sums.take(Amounts(held, *sums.of(held)))
        sums.add(left)
