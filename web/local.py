"""The layer in the process: finished answers in a dictionary, the longest unused ones going first.

It owns how much memory they may take. It does not know what is fresh.
"""

from __future__ import annotations

from collections import OrderedDict

from web.entry import Entry


class Local:
    """Entries by their keys, up to so many bytes."""

    def __init__(self, bytes_max: int) -> None:
        self._max, self._bytes = bytes_max, 0
        self._entries: OrderedDict[str, Entry] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def bytes(self) -> int:
        """What they take, about."""
        return self._bytes

    def get(self, key: str) -> Entry | None:
        """The entry, which has been used now."""
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
        return entry

    def put(self, key: str, entry: Entry) -> None:
        """Keep it, and let go of what is too much."""
        self.drop(key)
        self._entries[key] = entry
        self._bytes += entry.size
        while self._bytes > self._max and len(self._entries) > 1:
            _, oldest = self._entries.popitem(last=False)
            self._bytes -= oldest.size

    def drop(self, key: str) -> None:
        """Forget it, if it is there."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= entry.size
