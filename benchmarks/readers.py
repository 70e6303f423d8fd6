"""Readers of the site: once begun they ask addresses in turn, at a steady pace, until their block ends.

Unlike wrk, which asks as fast as it is answered, they leave the machine to what is measured beside them.
"""

from __future__ import annotations

import http.client
import itertools
import threading
import time
from types import TracebackType
from urllib.parse import urlsplit

_THREADS = 4
_TIMEOUT_S = 10.0
_NOTHING_WRONG = (200, 304)


class Readers:
    """So many requests a second, over a few connections that stay open."""

    def __init__(self, url: str, paths: tuple[str, ...], per_second: float) -> None:
        self._where = urlsplit(url)
        self._paths = paths
        self._pause_s = _THREADS / per_second
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(n,), daemon=True) for n in range(_THREADS)]
        self.took_s: list[float] = []
        self.wrong: list[str] = []
        """Every answer that was none of 200 and 304, or no answer at all."""

    def __enter__(self) -> Readers:
        return self

    def begin(self) -> None:
        """From now on; again does nothing."""
        for thread in self._threads:
            if thread.ident is None:
                thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    def _ask(self, number: int) -> None:
        connection = http.client.HTTPConnection(self._where.hostname or "", self._where.port, timeout=_TIMEOUT_S)
        for path in itertools.cycle(self._paths[number:] + self._paths[:number]):
            begun = time.monotonic()
            try:
                connection.request("GET", path)
                answer = connection.getresponse()
                answer.read()
                if answer.status not in _NOTHING_WRONG:
                    self.wrong.append(f"{answer.status} {path}")
            except (OSError, http.client.HTTPException) as error:
                self.wrong.append(f"{type(error).__name__} {path}")
                connection.close()
            took_s = time.monotonic() - begun
            self.took_s.append(took_s)
            if self._over.wait(max(0.0, self._pause_s - took_s)):
                connection.close()
                return
