"""Readers of the hot endpoints: each asks for one of them a few times a second, and what is not an answer is noted.

As from nginx, each request comes on a connection of its own, over the site's socket; one that is cut off without any
answer, because who had it was killed, is asked once more, and that is counted. No answer then, one that is neither 200
nor 304, and one that is late are errors.
"""

from __future__ import annotations

import http.client
import socket
import threading
import time
from datetime import datetime
from typing import NamedTuple

import orjson

ANSWER_S_MAX = 5.0
"""Seconds after which an answer is late."""
_PAUSE_S = 0.3
_WAIT_S_MAX = 20.0
BOARD = "/api/v1/top/accounts?window=1h"
STATUS = "/api/v1/status"
PATHS = (BOARD, "/api/v1/top/posts?window=1h", "/api/v1/top/hashtags?window=1d", STATUS, "/", "/top/accounts")
"""The hot ones; an account beside them is chosen from the board."""


class Answer(NamedTuple):
    """One answer."""

    status: int
    as_of: float | None
    """Unix seconds: everything delivered up to here is in it; None where it does not say."""
    body: bytes


class Reader(threading.Thread):
    """Asks for one path until it is told to end."""

    def __init__(self, where: str, path: str, pause_s: float = _PAUSE_S) -> None:
        """`where`: the path of the site's socket. `pause_s`: seconds between two questions."""
        super().__init__(daemon=True, name=f"reader of {path}")
        self._where, self._path, self._pause_s, self._over = where, path, pause_s, threading.Event()
        self.answers = 0
        self.asked_again = 0
        self.errors: list[str] = []
        self.slowest_s = 0.0
        self.oldest_s = 0.0
        """Age of the oldest answer that says as of when it is, seconds."""

    def run(self) -> None:
        while not self._over.wait(self._pause_s):
            self._ask()

    def end(self) -> None:
        """Ask nothing more."""
        self._over.set()
        self.join()

    def _ask(self) -> None:
        begun = time.monotonic()
        answer = ask(self._where, self._path)
        if answer is None:
            self.asked_again += 1
            answer = ask(self._where, self._path)
        self._note(answer, time.monotonic() - begun)

    def _note(self, answer: Answer | None, seconds: float) -> None:
        self.answers += 1
        self.slowest_s = max(self.slowest_s, seconds)
        if answer is None or answer.status not in (200, 304) or seconds > ANSWER_S_MAX:
            said = f"{answer.status} {answer.body[:200]!r}" if answer else "no answer"
            self.errors.append(f"{time.strftime('%H:%M:%S')} {self._path}: {said} after {seconds:.1f} s")
        elif answer.as_of is not None:
            self.oldest_s = max(self.oldest_s, time.time() - answer.as_of)


def ask(where: str, path: str) -> Answer | None:
    """The answer, or None where there was none."""
    connection = http.client.HTTPConnection("localhost", timeout=_WAIT_S_MAX)
    connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.sock.settimeout(_WAIT_S_MAX)
    try:
        connection.sock.connect(where)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        return Answer(answer.status, _as_of(path, answer, body), body)
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _as_of(path: str, answer: http.client.HTTPResponse, body: bytes) -> float | None:
    said = answer.getheader("As-Of") or (orjson.loads(body)["as_of"] if path == STATUS and answer.status == 200 else "")
    return datetime.fromisoformat(said).timestamp() if said else None
