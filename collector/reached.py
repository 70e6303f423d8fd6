"""How far one host's stream has come, what it left out, and what it is asked to leave out.

Of frames it sees the first of a connection and the last few of each batch. It knows no sockets and no queues.
"""

from __future__ import annotations

import time
from collections import deque

from collector.batch import Gap, Position
from collector.cursors import FRAMES_OF_A_POSITION, OLDEST_CURSOR, is_after, is_time, lowest
from collector.settings import CollectorSettings
from collector.sources import Source

_POSITION_AHEAD_US_MAX = 60_000_000
_SEQS_AHEAD_MAX = 100_000
"""One frame with a seq that is none must not have us ask for what comes after it."""


class Reached:
    """Follows the stream of one host through any number of connections."""

    def __init__(self, settings: CollectorSettings, source: Source, complete_to: Position | None) -> None:
        self._settings = settings
        self._source = source
        self.position = complete_to
        """Everything this host delivered up to here has been received; None before the first frame ever."""
        self.frame_bytes_limit: int | None = None
        """Larger frames the host is asked to leave out."""
        self.beyond: int | None = None
        """The seq to ask for next, on a wire that leaves out nothing: behind a frame that is too large."""
        self._seq_last = 0
        self._gaps: list[Gap] = []
        self._latest: deque[Position] = deque(maxlen=FRAMES_OF_A_POSITION)
        self._first: list[Position] = []
        self._passed_over_since_us: int | None = None
        self._limit_until_us = 0

    def begin(self) -> None:
        """A connection begins: what the last frames of the one before said is no matter."""
        self._latest.clear()
        self._first.clear()

    def at(self, frames: list[bytes]) -> Position | None:
        """The position that the stream has reached with these frames; None when none has said so yet.

        The lowest of the last few, over batches too, and never far ahead of the clock.
        """
        found = [at for at in map(self._believed, frames[-FRAMES_OF_A_POSITION:]) if at is not None]
        self._latest.extend(found)
        limit = self.position.cursor + _SEQS_AHEAD_MAX if self.position is not None else OLDEST_CURSOR
        self._seq_last = max(
            [self._seq_last, *(at.cursor for at in found if at.cursor < limit and not is_time(at.cursor))]
        )
        return lowest(self._latest)

    def advance(self, position: Position | None) -> bool:
        """Everything up to here has been received; whether that is news."""
        last = self.position
        if position is None or (last is not None and not is_after(position, last)):
            return False
        if last is not None and position.time_us < last.time_us:
            position = Position(position.cursor, last.time_us)  # another frame's clock was behind
        if self._passed_over_since_us is not None:
            self._gaps.append(Gap(self._passed_over_since_us, position.time_us, "frame_too_large"))
            self._passed_over_since_us = None
            self._limit_until_us = position.time_us + int(self._settings.rewind_s * 1e6)
        self.position, self.beyond = position, None
        if 0 < self._limit_until_us < position.time_us:
            self._limit_until_us, self.frame_bytes_limit = 0, None
        return True

    def settled(self, frame: bytes) -> bool:
        """Look at one of the first frames: are they later than what we have? Then the host no longer keeps what lies
        between, and does not say so. The lowest of a few is believed. Returns whether that is settled."""
        if self.position is None or self._source.filtered or self.beyond is not None:
            return True  # a filtered stream may be silent for long; what is passed over is a gap anyhow
        if at := self._believed(frame):
            self._first.append(at)
        if len(self._first) < FRAMES_OF_A_POSITION:
            return False
        first = lowest(self._first)
        assert first is not None
        if self._source.cursor_too_old:
            reason = "cursor_too_old"
        elif self._missed(first, self.position):
            reason = "not_delivered"
        else:
            return True
        if first.time_us > self.position.time_us:
            self._gaps.append(Gap(self.position.time_us, first.time_us, reason))
        return True

    def pass_over(self) -> None:
        """A frame is larger than we receive: ask for smaller ones until it is behind us, and say one is missing.

        Where that can not be asked it has the seq after the last one that came: some hosts send the one that is asked
        for once more and some do not, and seqs may have holes, so each try in vain asks for one more.
        """
        if self._source.leaves_out:
            self.frame_bytes_limit = self._settings.frame_bytes_max
        elif self._seq_last:
            self.beyond = max(self.beyond or 0, self._seq_last) + 1
        if self.position is not None:
            self._passed_over_since_us = self.position.time_us

    @property
    def has_gaps(self) -> bool:
        """Whether some are still to be handed on."""
        return bool(self._gaps)

    def take_gaps(self) -> list[Gap]:
        """Those found since the last time."""
        gaps, self._gaps = self._gaps, []
        return gaps

    def _believed(self, frame: bytes) -> Position | None:
        """Where a frame says it stands, but hardly later than now."""
        found = self._source.position(frame)
        if found is None:
            return None
        latest_us = time.time_ns() // 1000 + _POSITION_AHEAD_US_MAX
        return found if found.time_us <= latest_us else Position(min(found.cursor, latest_us), latest_us)

    def _missed(self, first: Position, last: Position) -> bool:
        """Whether something lies between what we have and what comes first. Seqs say so themselves: all that lies
        before the last one was asked for once more, so the next one comes at the latest."""
        if not is_time(first.cursor) and not is_time(last.cursor):
            return first.cursor > last.cursor + 1
        return first.time_us - last.time_us > self._settings.gap_s_min * 1e6
