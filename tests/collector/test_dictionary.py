"""The dictionary that a host of Jetstream v2 gives away: asked for until the host has said what it has."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from websockets.exceptions import InvalidStatus

from collector.sources.subscribe_events import SubscribeEvents
from collector.wires import EVENTS


class Host(HTTPServer):
    """One that streams nothing, and answers the question for its dictionary in one way."""

    def __init__(self, answer: int | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.asked: list[str] = []
        """`dictionary` or `stream`, in order."""


class _Handler(BaseHTTPRequestHandler):
    server: Host
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.close_connection = True
        of_dictionary = "getZstdDictionary" in self.path
        self.server.asked.append("dictionary" if of_dictionary else "stream")
        if of_dictionary and self.server.answer is None:
            return  # hangs up
        self.send_response(self.server.answer or 503 if of_dictionary else 503)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"none")

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def host(answer: int | None) -> Iterator[Host]:
    with Host(answer) as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield found
        found.shutdown()


@pytest.mark.parametrize(("answer", "times"), [(404, 1), (200, 1), (None, 3)])
def test_a_host_that_has_not_answered_is_asked_again_with_the_next_connection(answer: int | None, times: int) -> None:
    with host(answer) as found:
        source = SubscribeEvents(f"ws://127.0.0.1:{found.server_port}{EVENTS}")
        for _ in range(3):
            with pytest.raises(InvalidStatus):
                asyncio.run(source.connect(1, None, lambda _: None))
    assert found.asked.count("dictionary") == times
    assert found.asked.count("stream") == 3
