"""What is noted of every request, as pure ASGI around everything else: its id, how it was answered, how long it took.

It knows routes by their paths, never who asks. A line for each request is written only where that is wished for.
"""

from __future__ import annotations

import logging
import time
from functools import cache
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web import request_id
from web.vitals import WebVitals

_log = logging.getLogger("web.access")
NOWHERE = "none"
"""The route of what is at no address of ours."""
_PLAIN = "/:@!$&'()*+,;=-._~"
_FAILED = 500


class Observing:
    """Notes every HTTP request."""

    def __init__(self, app: ASGIApp, vitals: WebVitals, *, access_log: bool = False) -> None:
        self._app, self._vitals, self._access_log = app, vitals, access_log
        self._numbers = {path: number for number, path in enumerate(vitals.routes)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status, ended = time.perf_counter(), _FAILED, 0.0
        header = (b"x-request-id", request_id.begin().encode())

        async def send_and_note(message: Message) -> None:
            nonlocal status, ended
            if message["type"] == "http.response.start":
                status = message["status"]
                if (b"x-accel-buffering", b"no") in message["headers"]:  # it goes on for as long as its reader likes
                    ended = time.perf_counter()
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        finally:
            seconds = (ended or time.perf_counter()) - begun
            route = self._numbers[path_of(scope["route"].path) if "route" in scope else NOWHERE]
            self._vitals.request(route, status, seconds)
            if self._access_log:
                path = quote(scope["path"], safe=_PLAIN)
                _log.info("%s %s %d in %.1f ms", scope["method"], path, status, seconds * 1000)


@cache
def path_of(pattern: str) -> str:
    """The path of a route as it is shown."""
    return pattern.replace(":path}", "}")
