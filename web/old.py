"""Old pages: those that should have been made anew and could not, with a notice that says so and why.

Each is made once for a reason, and tagged and compressed like any entry. It does not know how a notice is written.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from msgspec.structs import replace

from web.cache import Served
from web.entry import Entry, encoded, etag_of
from web.local import Local

PLACE = b"<!-- away -->"
"""Where a page has its notice."""
_BYTES_MAX = 8 << 20
"""Some hundred pages: what is asked for again and again while something is broken."""

Notice = Callable[[str, datetime], bytes]
"""From the kind of problem and the time of the numbers to HTML."""


class OldPages:
    """Pages with their notices."""

    def __init__(self, notice: Notice) -> None:
        self._notice, self._made = notice, Local(_BYTES_MAX)

    def of(self, served: Served) -> Served:
        """The same, saying why it is old."""
        entry, key = served.entry, f"{served.trouble} {served.entry.request}"
        made = self._made.get(key)
        if made is None or made.made_at != entry.made_at:
            made = self._noticed(entry, served.trouble)
            self._made.put(key, made)
        return served._replace(entry=made)

    def _noticed(self, entry: Entry, trouble: str) -> Entry:
        notice = self._notice(trouble, datetime.fromtimestamp(round(entry.made_at), UTC))
        body = entry.bodies[""].replace(PLACE, notice)
        return replace(entry, etag=etag_of(body), bodies=encoded(body, entry.media))
