"""Which of the named hosts is read: the first that is well, how long each is tried, and when the first is gone back to.

A change of host is a new run, because cursors belong to a host; so while none answers each round tries longer, and the
longer the first was well after all that was said of it, the sooner it is believed. It knows no clock and no socket.
"""

from __future__ import annotations

from collector.wires import wire_of

_TRIES = 3
_TRIES_MAX = 100
_WELL_S_MAX = 3600.0
_BLIND_S = 3600.0
"""Once in so long all hosts are tried for what none of them delivers."""


class Hosts:
    """The source URLs, in the order they are given. All times are monotonic seconds."""

    def __init__(self, urls: tuple[str, ...], well_s: float = 300.0) -> None:
        self._urls = urls
        self._failures = 0  # in a row, of hosts
        self._at = 0
        self._well_s_min = self._well_s = well_s
        self._well_since: float | None = None
        self._back_at: float | None = None
        self._blind: dict[str, tuple[str, float]] = {}

    @property
    def url(self) -> str:
        """The one to read now."""
        return self._urls[self._at]

    @property
    def first_url(self) -> str:
        """The one to read whenever it is well."""
        return self._urls[0]

    @property
    def second_url(self) -> str | None:
        """The one to read beside it: the next that speaks the same wire; None where there is none."""
        others = self._urls[self._at + 1 :] + self._urls[: self._at]
        return next((url for url in others if wire_of(url) == wire_of(self.url)), None)

    @property
    def away(self) -> bool:
        """Whether another one than the first is read."""
        return self._at != 0

    @property
    def well_s(self) -> float:
        """How long the first one must have been well to go back to it, seconds: twice as long each time it failed
        soon after, and at most an hour."""
        return self._well_s

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

    def failed(self, now: float) -> None:
        """It does not answer, or does not deliver what it should: take the next one."""
        if not self.away:
            soon = self._back_at is not None and now - self._back_at < self._well_s
            self._well_s = min(2 * self._well_s, _WELL_S_MAX) if soon else self._well_s_min
        self._failures += 1
        self._at = (self._at + 1) % len(self._urls)
        self._well_since = None

    def missed(self, url: str) -> str:
        """The collection that a host does not deliver; empty where nothing is known of that."""
        return self._blind[url][0] if url in self._blind else ""

    def blind(self, collection: str, now: float) -> bool:
        """The one that is read does not deliver this collection: take the next one. False where it stays, because none
        of the others does either."""
        others = [self._blind.get(url, ("", now)) for url in self._urls if url != self.url]
        if all(missed == collection and now - since < _BLIND_S for missed, since in others):
            return False
        self._blind[self.url] = collection, now
        self.failed(now)
        return True

    def probed(self, well: bool, now: float) -> bool:
        """What a look at the first one found. Whether it is to be read again: then it is the one to read."""
        if not well:
            self._well_since = None
            return False
        if self._well_since is None:
            self._well_since = now
        if now - self._well_since < self._well_s:
            return False
        self._at, self._failures, self._back_at = 0, 0, now
        self._blind.pop(self.url, None)
        return True
