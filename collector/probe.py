"""A look at a host beside the one that is read: does it deliver what we have just counted, and what it is asked for?

A connection for a moment, in a thread of its own. What follows from it is not its business.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress

from collector.reconnect import CONNECTION_TROUBLE
from collector.sources import Source

_BEFORE_US = 60_000_000
"""A look begins so long before what has been counted: there it must have something, and not begin much later."""
_SECONDS_MAX = 10.0


class Probe:
    """Looks at one host, again and again."""

    def __init__(self, source: Source) -> None:
        self.host = source.host
        self._source = source
        self._thread: threading.Thread | None = None
        self._found: bool | BaseException = False

    def look(self, counted_us: int, wanted: str) -> None:
        """Begin a look, unless one is under way. `counted_us`: up to where all is counted, unix microseconds in the
        time of revs; `wanted`: a collection that it must deliver, or nothing."""
        if self._thread is None:
            arguments = (counted_us, wanted.encode())
            self._thread = threading.Thread(target=self._look, args=arguments, name="probe", daemon=True)
            self._thread.start()

    def answer(self) -> bool | None:
        """What the look found, once; None while there is nothing new. Raises what was our own fault."""
        if self._thread is None or self._thread.is_alive():
            return None
        self._thread = None
        if isinstance(self._found, BaseException):
            raise self._found
        return self._found

    def _look(self, counted_us: int, wanted: bytes) -> None:
        try:
            self._found = asyncio.run(delivers(self._source, counted_us, wanted))
        except BaseException as error:  # raised where it is asked for
            self._found = error


async def delivers(source: Source, counted_us: int, wanted: bytes) -> bool:
    """Whether a host delivers from a minute before `counted_us` on, and something with `wanted` in it, within 10 s."""
    found, begun = asyncio.Event(), False

    def sink(frame: bytes) -> None:
        nonlocal begun
        at = source.position(frame)
        begun = begun or (at is not None and abs(at.time_us - counted_us) <= _BEFORE_US)
        if begun and wanted in frame:
            found.set()

    with suppress(*CONNECTION_TROUBLE):
        async with asyncio.timeout(_SECONDS_MAX):
            stream = await source.connect(counted_us - _BEFORE_US, None, sink)
            reading = asyncio.create_task(stream.ended())
            seen = asyncio.create_task(found.wait())
            try:
                await asyncio.wait({reading, seen}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                stream.transport.abort()
                for task in (reading, seen):
                    task.cancel()
                await asyncio.gather(reading, seen, return_exceptions=True)
    return found.is_set()
