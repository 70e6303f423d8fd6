"""The wire of Jetstream v2, network.bsky.jetstream.subscribeEvents: JSON messages in an envelope, a seq as cursor.

Facts: bluesky-social/jetstream, lexicon and server code. The cursor is inclusive; numbers of 1e15 and more are times. A
seq that is no longer kept is refused before the stream begins, a time is moved to the oldest that is. Compressed
messages need the host's own dictionary, which it gives away.
"""

from __future__ import annotations

import asyncio
import re
from urllib.error import HTTPError
from urllib.parse import urlunsplit
from urllib.request import Request, urlopen

import orjson
from websockets.exceptions import InvalidStatus

from collector.batch import Position
from collector.compressed import DICTIONARY_BYTES_MAX, LEGACY, Dictionary, dictionaries_of
from collector.cursors import OLDEST_CURSOR, is_time
from collector.envelopes import BEGIN, payload_of
from collector.errors import BadFrame, BadSetting
from collector.firehose import time_us_of
from collector.settings import CollectorSettings
from collector.sources.stream import HostSaid, Sink, Stream
from collector.sources.upstream import FRAME_BYTES_MAX, Upstream
from collector.version import USER_AGENT, user_agent

_DICTIONARY = "network.bsky.jetstream.getZstdDictionary"
_ASK_S_MAX = 10.0
_PLACE = re.compile(
    re.escape(BEGIN) + rb'[a-z]{1,20}","seq":([0-9]{1,15}),"did":"([^"\\]{1,2048})","time":"([^"\\]{1,40})"'
).match
_INFO = BEGIN + b"info"


class SubscribeEvents:
    """One Jetstream v2 host."""

    leaves_out = True

    def __init__(
        self, url: str, collections: tuple[str, ...] = (), dids: tuple[str, ...] = (),
        frame_bytes_max: int = FRAME_BYTES_MAX, user_agent: str = USER_AGENT, dictionary: Dictionary | None = None,
        compressed: bool = True,
    ) -> None:  # fmt: skip
        self._upstream = Upstream(url, frame_bytes_max, user_agent)
        self.host = self._upstream.host
        self.cursor_too_old = False
        self._collections = collections
        self._dids = dids
        self._frame_bytes_max = frame_bytes_max
        self._dictionary = dictionary
        self._ask = compressed and dictionary is None

    def address(self, cursor: int, frame_bytes_limit: int | None = None) -> str:
        """The URL that begins at `cursor`."""
        query = [("cursor", str(cursor))]
        query += [("collections", name) for name in self._collections]
        query += [("dids", did) for did in self._dids]
        if frame_bytes_limit is not None:
            query.append(("maxMessageSizeBytes", str(frame_bytes_limit)))
        if self._dictionary is not None:
            query.append(("zstdDictionary", str(self._dictionary.number)))
        return self._upstream.address(*query)

    async def connect(self, cursor: int, frame_bytes_limit: int | None, sink: Sink) -> Stream:
        """Open the stream; every frame goes to `sink`. Raises OSError, TimeoutError or a websockets exception."""
        self.cursor_too_old = False
        if self._ask:
            self._dictionary = await asyncio.to_thread(self._dictionary_of_host)
        try:
            return await self._open(cursor, frame_bytes_limit, sink)
        except InvalidStatus as refused:
            said = refused.response.body or b""
            if b"UnknownZstdDictionary" in said and self._dictionary is not None:
                self._ask, self._dictionary = True, None  # it has another one now
            if b"CursorTooOld" not in said or is_time(cursor):
                raise
        stream = await self._open(OLDEST_CURSOR, frame_bytes_limit, sink)
        self.cursor_too_old = True
        return stream

    async def _open(self, cursor: int, frame_bytes_limit: int | None, sink: Sink) -> Stream:
        address = self.address(cursor, frame_bytes_limit)
        return await self._upstream.open(address, sink, self._look, silent=self.filtered)

    def _dictionary_of_host(self) -> Dictionary | None:
        """The host's dictionary; None where it gives none that can be used: then messages come as they are. One that
        does not answer is asked again with the next connection."""
        parts = self._upstream.parts
        scheme = {"ws": "http", "wss": "https"}[parts.scheme]
        place = urlunsplit((scheme, parts.netloc, parts.path.rpartition("/")[0] + "/" + _DICTIONARY, "", ""))
        try:
            request = Request(place, headers={"User-Agent": self._upstream.user_agent})  # noqa: S310 - http and https only
            with urlopen(request, timeout=_ASK_S_MAX) as answer:  # noqa: S310
                found = Dictionary(answer.read(DICTIONARY_BYTES_MAX), place)
        except (HTTPError, ValueError, BadSetting):
            found = None
        except OSError:
            return None
        self._ask = False
        return found

    @property
    def filtered(self) -> bool:
        """Whether we asked for less than everything."""
        return bool(self._collections or self._dids)

    def _look(self, frame: bytes) -> bytes | None:
        """Expand, and keep to ourselves what the host says to us."""
        if self._dictionary is not None:
            frame = self._dictionary.expand(frame, self._frame_bytes_max)
        if frame.startswith(BEGIN) and not frame.startswith(_INFO):
            return frame
        try:
            message = orjson.loads(frame)
            if message["$type"] == "error":
                said = f"ended the stream: {message.get('error')} {message.get('message') or ''}"
                raise HostSaid(said.strip()[:200])
            if message["payload"]["$type"].endswith("#info"):
                self.cursor_too_old = self.cursor_too_old or message["payload"].get("name") == "OutdatedCursor"
                return None
        except (orjson.JSONDecodeError, RecursionError, KeyError, TypeError, AttributeError):
            pass  # the worker says what is wrong with it
        return frame

    def did(self, frame: bytes) -> bytes:
        if found := _PLACE(frame):
            return found[2]
        try:
            did = payload_of(frame).get("did")
        except BadFrame:
            return frame[:64]
        return did.encode() if isinstance(did, str) else b""

    def position(self, frame: bytes) -> Position | None:
        if found := _PLACE(frame):
            seq: object = int(found[1])
            time_us = time_us_of(found[3].decode("ascii", "replace"))
        else:
            try:
                payload = payload_of(frame)
            except BadFrame:
                return None
            seq, time_us = payload.get("seq"), time_us_of(payload.get("time"))
        if type(seq) is not int or not 0 < seq < OLDEST_CURSOR or time_us is None:
            return None
        return Position(seq, time_us)


def source_of(url: str, settings: CollectorSettings) -> SubscribeEvents:
    """The host at `url`, asked for what the settings say. Raises BadSetting."""
    dictionary = next((found for found in dictionaries_of(settings) if found.number != LEGACY), None)
    return SubscribeEvents(
        url, settings.collections, settings.dids, settings.frame_bytes_max, user_agent(settings.contact), dictionary,
        settings.zstd,
    )  # fmt: skip
