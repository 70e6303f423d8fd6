"""The Jetstream wire, /subscribe: one JSON text message an event, a cursor in unix microseconds, or a seq.

Facts: bluesky-social/jetstream, README and server code. The cursor is inclusive and belongs to the host. A v2 host
writes a seq of its own into each frame, the only cursor there that is exact; it takes times too. A frame begins with
its DID on every server seen; one that does not is parsed instead.
"""

from __future__ import annotations

import re

import orjson
from websockets.exceptions import InvalidStatus

from collector.batch import Position
from collector.compressed import LEGACY, Dictionary, dictionaries_of
from collector.settings import CollectorSettings
from collector.sources.stream import Sink, Stream
from collector.sources.upstream import FRAME_BYTES_MAX, Upstream
from collector.version import USER_AGENT, user_agent

_BEGIN = b'{"did":"'
_TIME = re.compile(rb'"time_us"\s*:\s*([0-9]{1,19})\s*[,}]').search
_SEQ = re.compile(rb'"cursor"\s*:\s*([0-9]{1,15})\s*[,}]').search
_KIND = b'"kind"'
# what fits into an address; longer filters go in a first message
_FILTERS_IN_ADDRESS = 50
_BAD_REQUEST = 400


class Jetstream:
    """One Jetstream host."""

    leaves_out = True
    cursor_too_old = False  # this wire does not say so: the times of what comes first do

    def __init__(
        self,
        url: str,
        collections: tuple[str, ...] = (),
        dids: tuple[str, ...] = (),
        frame_bytes_max: int = FRAME_BYTES_MAX,
        user_agent: str = USER_AGENT,
        dictionary: Dictionary | None = None,
    ) -> None:
        self._upstream = Upstream(url, frame_bytes_max, user_agent)
        self.host = self._upstream.host
        self._collections = collections
        self._dids = dids
        self._frame_bytes_max = frame_bytes_max
        self._dictionary = dictionary

    def address(self, cursor: int, frame_bytes_limit: int | None = None) -> str:
        """The URL that begins at `cursor`."""
        query = [("cursor", str(cursor))]
        if self._says_hello:
            query.append(("requireHello", "true"))
        else:
            query += [("wantedCollections", name) for name in self._collections]
            query += [("wantedDids", did) for did in self._dids]
        if self._dictionary is not None:
            query.append(("compress", "true"))
        if frame_bytes_limit is not None:
            query.append(("maxMessageSizeBytes", str(frame_bytes_limit)))
        return self._upstream.address(*query)

    async def connect(self, cursor: int, frame_bytes_limit: int | None, sink: Sink) -> Stream:
        """Open the stream; every frame goes to `sink`. Raises OSError, TimeoutError or a websockets exception.

        A host that does not compress may refuse to be asked: then it is asked for messages as they are.
        """
        try:
            return await self._open(cursor, frame_bytes_limit, sink)
        except InvalidStatus as refused:
            if self._dictionary is None or refused.response.status_code != _BAD_REQUEST:
                raise
        dictionary, self._dictionary = self._dictionary, None
        try:
            return await self._open(cursor, frame_bytes_limit, sink)
        except InvalidStatus:
            self._dictionary = dictionary  # that was not it
            raise

    async def _open(self, cursor: int, frame_bytes_limit: int | None, sink: Sink) -> Stream:
        look = self._expand if self._dictionary else None
        address = self.address(cursor, frame_bytes_limit)
        stream = await self._upstream.open(address, sink, look, silent=self.filtered)
        if self._says_hello:
            await stream.send(self._hello(frame_bytes_limit), text=True)
        return stream

    def _expand(self, frame: bytes) -> bytes:
        return self._dictionary.expand(frame, self._frame_bytes_max) if self._dictionary else frame

    @property
    def filtered(self) -> bool:
        """Whether we asked for less than everything."""
        return bool(self._collections or self._dids)

    @property
    def _says_hello(self) -> bool:
        return len(self._collections) + len(self._dids) > _FILTERS_IN_ADDRESS

    def _hello(self, frame_bytes_limit: int | None) -> bytes:
        payload = {
            "wantedCollections": self._collections,
            "wantedDids": self._dids,
            "maxMessageSizeBytes": frame_bytes_limit or 0,
        }
        return orjson.dumps({"type": "options_update", "payload": payload})

    def did(self, frame: bytes) -> bytes:
        if frame[:8] == _BEGIN:
            # did:plc, nearly all: 32 characters
            found = frame[8:40] if frame[40:41] == b'"' else frame[8 : frame.find(b'"', 8, 2100)]
            if found.find(b'"') < 0 and found.find(b"\\") < 0 and found:
                return found
        return _parsed_did(frame)

    def position(self, frame: bytes) -> Position | None:
        found = _TIME(frame, 0, 4096)
        if not found:
            return None
        time_us = int(found[1])
        # of the host, and before anything of the record's
        seq = _SEQ(frame, 0, max(frame.find(_KIND, 0, 4096), 0))
        return Position(int(seq[1]) if seq and int(seq[1]) else time_us, time_us)


def source_of(url: str, settings: CollectorSettings) -> Jetstream:
    """The host at `url`, asked for what the settings say. Raises BadSetting."""
    dictionary = next((found for found in dictionaries_of(settings) if found.number == LEGACY), None)
    return Jetstream(
        url, settings.collections, settings.dids, settings.frame_bytes_max, user_agent(settings.contact), dictionary
    )


def _parsed_did(frame: bytes) -> bytes:
    """The DID of an unusual frame; of one that can't be parsed its beginning, so that it has one lane all the same."""
    try:
        did = orjson.loads(frame)["did"]
        return did.encode() if isinstance(did, str) else b""
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return frame[:64]
