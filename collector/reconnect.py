"""Reconnecting: which trouble is the connection's, what to say of it, and how long to wait.

All reconnect policy in one place, sans I/O. What is not named here is our own fault and ends the process.
"""

from __future__ import annotations

import random

from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

CONNECTION_TROUBLE = (OSError, TimeoutError, EOFError, WebSocketException)


def trouble_of(error: BaseException) -> str:
    """One line for people: what happened to the connection."""
    if isinstance(error, InvalidStatus):
        body = (error.response.body or b"")[:120].decode(errors="replace").strip()
        return f"answered HTTP {error.response.status_code} {body.splitlines()[0] if body else ''}".strip()
    if isinstance(error, ConnectionClosed):
        if error.rcvd is not None:
            return f"closed the connection ({error.rcvd.code} {error.rcvd.reason})".replace(" )", ")")
        return "lost the connection"
    if isinstance(error, ConnectionRefusedError):
        return "refused the connection"
    if isinstance(error, TimeoutError):
        return "did not answer in time"
    return str(error).splitlines()[0] if str(error) else type(error).__name__


class Backoff:
    """How long to wait before the next try: doubling with full jitter, so that clients do not come back together."""

    def __init__(self, s_min: float, s_max: float, rng: random.Random | None = None) -> None:
        self._s_min, self._s_max = s_min, s_max
        self._random = rng or random.Random()
        self.failures = 0
        """Tries in a row that brought no frame."""

    def reset(self) -> None:
        """The connection is well."""
        self.failures = 0

    def next_s(self) -> float:
        """Seconds to wait now, after one more failure."""
        longest = min(self._s_max, self._s_min * 2.0 ** min(self.failures, 30))
        self.failures += 1
        return self._random.uniform(self._s_min / 2, longest)
