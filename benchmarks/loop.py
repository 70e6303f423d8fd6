"""A loop: a store's events over and over, each round moved forward in time, every event key new.

This module owns the shift: the stream time, the rev and the seq of each event, patched in place in frames
that keep their length. Record keys and `createdAt` stay: a key consists of rev, not of them. It does not know
clients.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from operator import itemgetter

from benchmarks.store import Store
from benchmarks.tid import bits_of, tid
from benchmarks.wire import PATH, header

TICK_US = (
    1 << 20
)  # shifts are whole ticks: then the last 6 characters of a rev stay, and a round has few new heads
REST_US = 2_000_000  # between two rounds, at least; another host's jitter must fit into it
REV_HEAD = 7  # characters of a TID before those that count what is less than a tick
TIME_DIGITS = 16
HEADS_COUNT_MAX = 100_000

_TIME = re.compile(rb'"time_us":([0-9]{16})[,}]')
_REV = re.compile(rb'"commit":\{"rev":"([234567a-j][234567a-z]{12})"')
_SEQ = re.compile(rb'"(?:account|identity)":\{[^}]*"seq":([0-9]{1,18})[,}]')
SEARCH_BYTES = 8_192  # a DID may have 2,048


class Loop:
    """Looks like a store of `events_count` events: the given one repeated, the last round perhaps in part."""

    live = False
    wire = PATH
    dictionary = b""
    binary = False

    def __init__(self, store: Store, events_count: int, shift_us: int = 0) -> None:
        """`shift_us` moves each round on, 0 for a good one.

        Two hosts' loops need the same, or their revs differ.

        Raises ValueError for an empty store, or for a shift that rounds would overlap with, or not of whole
        ticks.
        """
        if not len(store):
            raise ValueError("there is nothing to loop in an empty recording")
        self.shift_us = shift_us or good_shift_us(store)
        span_us = store.time_us(len(store) - 1) - store.time_us(0)
        if self.shift_us <= span_us or self.shift_us % TICK_US:
            raise ValueError(f"a shift of {self.shift_us} us is no multiple of {TICK_US} above {span_us}")
        self._store = store
        self._count = events_count
        self._round = len(store)
        self._heads: dict[int, bytes] = {}
        self._time_places = array(
            "Q"
        )  # bytes from the beginning of the store; 0 where there is nothing to patch
        self._time_values = array("q")
        self._rev_places = array("Q")
        self._rev_values = array("q")  # of the head
        self._seqs: list[tuple[int, int, int]] = []  # position, place, value: one event in a thousand has one
        self._seq_shift = 0
        self._index()

    def __len__(self) -> int:
        return self._count

    def time_us(self, position: int) -> int:
        """The stream time of an event, shifted. IndexError beyond the end."""
        if not 0 <= position < self._count:
            raise IndexError(position)
        rounds, place = divmod(position, self._round)
        return self._store.time_us(place) + rounds * self.shift_us

    def find(self, cursor_us: int) -> int:
        """The position of the first event at or after a cursor, clamped to both ends."""
        rounds = max((cursor_us - self._store.time_us(0)) // self.shift_us, 0)
        return min(rounds * self._round + self._store.find(cursor_us - rounds * self.shift_us), self._count)

    def reached(self, time_us: int) -> int:
        """How many events are not later than a stream time."""
        return self.find(time_us + 1)

    def run_end(self, first: int, end: int, bytes_max: int) -> int:
        """The end of a run of events from `first` that stays below `bytes_max`; it never spans two rounds."""
        rounds, place = divmod(first, self._round)
        within = min(end - rounds * self._round, self._round)
        return rounds * self._round + self._store.run_end(place, within, bytes_max)

    def frames(self, first: int, end: int) -> bytes:
        """The frames of events of one round, shifted."""
        rounds, begin = divmod(first, self._round)
        stop = begin + end - first
        if not rounds:
            return self._store.frames(begin, stop)
        frames = bytearray(self._store.frames(begin, stop))
        shift_us, ticks = rounds * self.shift_us, rounds * self.shift_us // TICK_US
        offset, heads = self._store.offset(begin), self._heads
        if len(heads) > HEADS_COUNT_MAX:
            heads.clear()
        for time_place, time_us, rev_place, rev in zip(
            self._time_places[begin:stop], self._time_values[begin:stop],
            self._rev_places[begin:stop], self._rev_values[begin:stop], strict=True,
        ):  # fmt: skip
            if time_place:
                place = time_place - offset
                frames[place : place + TIME_DIGITS] = b"%d" % (time_us + shift_us)
            if rev_place:
                place = rev_place - offset
                head = heads.get(rev + ticks)
                if head is None:
                    head = heads[rev + ticks] = tid((rev + ticks) << 20, 0)[:REV_HEAD].encode()
                frames[place : place + REV_HEAD] = head
        self._shift_seqs(frames, begin, stop, rounds)
        return bytes(frames)

    def _shift_seqs(self, frames: bytearray, begin: int, stop: int, rounds: int) -> None:
        first, last = (bisect_left(self._seqs, place, key=itemgetter(0)) for place in (begin, stop))
        for _, place, value in self._seqs[first:last]:
            digits = b"%d" % (value + rounds * self._seq_shift)
            if len(digits) != len(str(value)):
                raise ValueError(f"seq {value} has no room for {rounds} rounds of {self._seq_shift}")
            place -= self._store.offset(begin)
            frames[place : place + len(digits)] = digits

    def _index(self) -> None:
        """Remember where in each line the time, the rev and the seq stand."""
        for position, (place, line) in enumerate(self._lines()):
            found = _TIME.search(line, 0, SEARCH_BYTES)
            if found and int(found[1]) != self._store.time_us(position):
                found = None  # poison that claims another time than it stands at
            self._time_places.append(place + found.start(1) if found else 0)
            self._time_values.append(int(found[1]) if found else 0)
            rev = _REV.search(line, 0, SEARCH_BYTES)
            self._rev_places.append(place + rev.start(1) if rev else 0)
            self._rev_values.append(_head_value(rev[1]) if rev else 0)
            if not rev and (seq := _SEQ.search(line)):
                self._seqs.append((position, place + seq.start(1), int(seq[1])))
        values = [value for _, _, value in self._seqs] or [0]
        self._seq_shift = max(values) - min(values) + 1

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        for position, line in enumerate(self._store.lines()):
            yield self._store.offset(position) + len(header(len(line))), line


def good_shift_us(store: Store) -> int:
    """A shift by which rounds follow each other after a rest of 2 to 4 seconds."""
    span_us = store.time_us(len(store) - 1) - store.time_us(0)
    return ((span_us + REST_US) // TICK_US + 1) * TICK_US


def _head_value(rev: bytes) -> int:
    return bits_of(rev.decode()) >> 30
