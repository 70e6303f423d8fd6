"""The wire of relays, com.atproto.sync.subscribeRepos: two DAG-CBOR values a frame, a seq as cursor.

Facts: atproto.com/specs/event-stream; indigo's relay and rainbow. Seqs are the host's own and rise by one with nearly
every frame; whether the cursor itself is sent once more differs. A relay takes no times, so the seq of a time is
looked for by asking. The time of a frame is that of the host where the account lives: frames come in the order of
seqs, not of times.
"""

from __future__ import annotations

import asyncio
import re
import time

from websockets.exceptions import ConnectionClosed

from collector.batch import Position
from collector.cursors import OLDEST_CURSOR, SEQS_PER_S, is_time
from collector.errors import BadFrame, BadSetting
from collector.firehose import parts_of, time_us_of
from collector.settings import CollectorSettings
from collector.sources.stream import HostSaid, Sink, Stream
from collector.sources.upstream import FRAME_BYTES_MAX, Upstream
from collector.version import USER_AGENT, user_agent

_COMMIT = b"\xa2atg#commitbop\x01"  # the header of nearly all frames
# what follows the operations of a commit, in the one order that its keys can have
_PLACE = re.compile(
    rb"crevm[2-7a-z]{13}cseq(?:\x1b(.{8})|\x1a(.{4})|\x19(.{2}))drepo(?:x.|[\x60-\x77])"
    rb"(did:[!-~]{1,2048}?)dtime(?:x(.)|([\x60-\x77]))",
    re.DOTALL,
).search
_LIVE_US = 1_000_000  # a time so near to now is the end of the stream
_PROBES_MAX = 40
_HOLE_SEQS_MAX = 100_000  # seqs may have holes; a larger one is the beginning of what the host keeps
_PROBE_S_MAX = 10.0
_FRAMES_OF_A_PROBE = 9


class SubscribeRepos:
    """One relay, or any other host of repositories."""

    filtered = leaves_out = False

    def __init__(self, url: str, frame_bytes_max: int = FRAME_BYTES_MAX, user_agent: str = USER_AGENT) -> None:
        self._upstream = Upstream(url, frame_bytes_max, user_agent)
        self.host = self._upstream.host
        self.cursor_too_old = False

    def address(self, seq: int | None) -> str:
        """The URL that begins at a seq, or at the end of the stream."""
        asked = [] if seq is None else [("cursor", str(seq))]
        return self._upstream.address(*asked)

    async def connect(self, cursor: int, frame_bytes_limit: int | None, sink: Sink) -> Stream:
        """Open the stream; every frame goes to `sink`. Raises OSError, TimeoutError or a websockets exception.

        A relay can not be asked to leave out large frames; an honest one allows 5 MB.
        """
        self.cursor_too_old = False
        return await self._open(await self._seq_of(cursor) if is_time(cursor) else cursor, sink)

    async def _open(self, seq: int | None, sink: Sink) -> Stream:
        return await self._upstream.open(self.address(seq), sink, self._look)

    def _look(self, frame: bytes) -> bytes | None:
        """Keep to ourselves what the host says to us."""
        if frame.startswith(_COMMIT):
            return frame
        try:
            kind, body = parts_of(frame)
        except BadFrame:
            return frame
        if kind is None and "error" in body:
            raise HostSaid(f"ended the stream: {body['error']} {body.get('message') or ''}".strip()[:200])
        if kind == "#info":
            self.cursor_too_old = self.cursor_too_old or body.get("name") == "OutdatedCursor"
            return None
        return frame

    async def _seq_of(self, time_us: int) -> int | None:
        """A seq at or before a time; None for the end of the stream. Steps back from the end, each time farther."""
        if time_us <= OLDEST_CURSOR:
            return 0
        if time_us > time.time_ns() // 1000 - _LIVE_US:
            return None
        try:
            at = await self._first_after(None)
        except TimeoutError:
            return 0  # a quiet host has not much to repeat
        asked, step = at.cursor, 1
        for _ in range(_PROBES_MAX):
            if at.time_us <= time_us or asked <= 0 or at.cursor > asked + _HOLE_SEQS_MAX:
                return max(asked, 0)  # or the oldest that there is
            asked = max(0, at.cursor - step * ((at.time_us - time_us) * SEQS_PER_S // 1_000_000 + 1))
            step *= 2
            at = await self._first_after(asked)
        return asked

    async def _first_after(self, seq: int | None) -> Position:
        """Where the stream stands that begins at a seq, or at the end. The time in the middle of a few is believed:
        that of any one frame is its own host's, and some clocks are wrong. Raises TimeoutError if nothing comes."""
        found: list[Position] = []
        try:
            async with asyncio.timeout(_PROBE_S_MAX), self._upstream.connecting(self.address(seq)) as socket:
                while len(found) < _FRAMES_OF_A_PROBE:
                    if at := self.position(await socket.recv(decode=False)):
                        found.append(at)
                socket.transport.abort()  # no goodbye: all that is on its way would have to be read first
        except (TimeoutError, ConnectionClosed):
            if not found:
                raise
        return Position(found[0].cursor, sorted(at.time_us for at in found)[len(found) // 2])

    def did(self, frame: bytes) -> bytes:
        found = _PLACE(frame, 0, 4096)
        if found:
            return found[4]
        try:
            body = parts_of(frame)[1]
        except BadFrame:
            return frame[:64]
        did = body.get("repo", body.get("did"))
        return did.encode() if isinstance(did, str) else b""

    def position(self, frame: bytes) -> Position | None:
        found = _PLACE(frame, 0, 4096)
        if found:
            size = found[5][0] if found[5] else found[6][0] & 31
            time_text: object = frame[found.end() : found.end() + size].decode("ascii", "replace")
            seq: object = int.from_bytes(found[1] or found[2] or found[3], "big")
        else:
            try:
                body = parts_of(frame)[1]
            except BadFrame:
                return None
            seq, time_text = body.get("seq"), body.get("time")
        time_us = time_us_of(time_text)
        if type(seq) is not int or not 0 < seq < OLDEST_CURSOR or time_us is None:
            return None
        return Position(seq, time_us)


def source_of(url: str, settings: CollectorSettings) -> SubscribeRepos:
    """The host at `url`. Raises BadSetting where less than everything is asked for."""
    if settings.collections or settings.dids:
        raise BadSetting(f"The source {url} sends everything: collections and dids can not be asked for there.")
    return SubscribeRepos(url, settings.frame_bytes_max, user_agent(settings.contact))
