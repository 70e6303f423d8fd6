"""The wire: HTTP/1.1 as uvicorn reads it, with an end to what one request may say.

Whoever never finishes a request, or says more than any of ours needs, is refused and hung up on before anything of it
is kept. It knows bytes and neither paths nor answers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from web.headers import OF_API
from web.problem import MEDIA, Problem

ADDRESS_BYTES_MAX = 8_192
"""Path and query: as much as nginx takes. The longest that means anything here is a link as a key, percent-encoded."""
REQUEST_BYTES_MAX = 32_768
"""A whole request, as much as nginx takes of headers; nothing here takes a body."""


WIRE = "skytally.wire"
"""Under which whoever answers for long finds the connection (an extension, as ASGI calls it)."""
_LAST_WORDS_S = 30.0


class _Refused(Exception):
    """Stops the parser."""


class Protocol(HttpToolsProtocol):
    """One connection."""

    url = b""
    _bytes = 0
    """Of the request that is not complete yet."""
    _refusal: Problem | None = None
    _stopping = False
    _tell: Callable[[], None] | None = None

    @property
    def full(self) -> bool:
        """Whether what was sent has not been taken yet."""
        return self.flow.write_paused

    @property
    def ending(self) -> bool:
        """Whether the connection is over, or the server is."""
        return self._stopping or self.transport.is_closing()

    def when_stopping(self, tell: Callable[[], None]) -> None:
        """Have this called when the server stops."""
        self._tell = tell

    def let_go(self) -> None:
        """What is said next is the last: it stands behind what has not been taken, for a while, and then we hang up."""
        self.cycle.keep_alive = False
        self.flow.resume_writing()
        self.loop.call_later(_LAST_WORDS_S, self.transport.abort)

    def shutdown(self) -> None:
        """See uvicorn: the server stops."""
        self._stopping = True
        super().shutdown()
        if self._tell is not None:
            self._tell()

    def data_received(self, data: bytes) -> None:
        """Parse, and refuse what has become too long without being complete."""
        self._bytes += len(data)
        super().data_received(data)
        if self._bytes > REQUEST_BYTES_MAX and not self.transport.is_closing():
            self._refusal = self._too_long()
            self.send_400_response("")

    def on_headers_complete(self) -> None:
        """Hand the request on, unless it has come at once and is too long all the same."""
        said = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if len(self.url) > ADDRESS_BYTES_MAX or said > REQUEST_BYTES_MAX:
            self._refusal = self._too_long()
            raise _Refused
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]
        scope["extensions"] = {WIRE: self}
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The next request begins at nothing."""
        self._bytes = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Say why, and hang up. While another request is being answered, nothing can be said in its place."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.transport.close()
        elif self._refusal is None:
            super().send_400_response(msg)
        else:
            self.transport.write(_answer(self._refusal))
            self.transport.close()

    def _too_long(self) -> Problem:
        if len(self.url) > ADDRESS_BYTES_MAX:
            return Problem(414, "too-long", f"an address may have {ADDRESS_BYTES_MAX:,} bytes")
        return Problem(431, "too-much", f"a request may have {REQUEST_BYTES_MAX:,} bytes")


def _answer(problem: Problem) -> bytes:
    """A problem as it goes over the wire, and the last thing that does."""
    body = problem.body
    said = {**problem.headers, "Content-Type": MEDIA, "Content-Length": str(len(body)), "Connection": "close"}
    headers = "".join(f"{name}: {value}\r\n" for name, value in {**OF_API, **said}.items())
    return STATUS_LINE[problem.status] + headers.encode() + b"\r\n" + body
