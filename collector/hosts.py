"""Which of the named hosts is read: the first that answers, and how long each is tried before the next.

A change of host is a new run, because cursors belong to a host; so while none answers each round tries longer.
"""

from __future__ import annotations

_TRIES = 3
_TRIES_MAX = 100


class Hosts:
    """The source URLs, in the order they are given."""

    def __init__(self, urls: tuple[str, ...]) -> None:
        self._urls = urls
        self._failures = 0  # in a row, of hosts
        self._at = 0

    @property
    def url(self) -> str:
        """The one to read now."""
        return self._urls[self._at]

    @property
    def tries_max(self) -> int | None:
        """How many failures in a row to bear from it; None: any number, there is no other."""
        if len(self._urls) == 1:
            return None
        return int(min(_TRIES * 2 ** (self._failures // len(self._urls)), _TRIES_MAX))

    @property
    def first_round(self) -> bool:
        """Whether some host has not failed yet since one was well: then a change is worth a line."""
        return self._failures <= len(self._urls)

    def well(self) -> None:
        """It answers."""
        self._failures = 0

    def failed(self) -> None:
        """It does not answer: take the next one."""
        self._failures += 1
        self._at = (self._at + 1) % len(self._urls)
