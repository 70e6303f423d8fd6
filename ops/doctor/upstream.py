"""What the doctor looks at elsewhere: do the sources answer, and does their clock agree with ours?

One plain HTTP request each, side by side, with a limit; no event is read.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import NamedTuple
from urllib.parse import urlsplit

from collector.sources.choose import shown_url
from ops.doctor.finding import Finding

TIMEOUT_S = 5.0
CLOCK_S_MAX = 5.0
"""The second in which an answer is made is all that it says, and it takes a moment to get here."""


class _Answer(NamedTuple):
    url: str
    ahead_s: float | None
    """By how much our clock is ahead of theirs; None where they do not say."""
    trouble: str


def findings(sources: Iterable[str], future_s_max: float) -> Iterator[Finding]:
    """Whether any source answers, and the clock; `future_s_max`: how far ahead an event may be, seconds."""
    urls = list(sources)
    with ThreadPoolExecutor(len(urls)) as asking:
        answers = list(asking.map(_ask, urls))
    for answer in answers:
        if answer.trouble:
            others = any(not other.trouble for other in answers)
            advice = "none, while others answer" if others else "see whether this machine reaches it; check source"
            yield Finding("upstream", "warning" if others else "wrong", f"{answer.url} {answer.trouble}", advice)
        else:
            yield Finding("upstream", "well", f"{answer.url} answers")
    yield from _clock([answer.ahead_s for answer in answers if answer.ahead_s is not None], future_s_max)


def _ask(url: str) -> _Answer:
    parts, shown = urlsplit(url), shown_url(url)
    kind = HTTPSConnection if parts.scheme == "wss" else HTTPConnection
    try:
        connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
        try:
            connection.request("GET", parts.path)  # no websocket: whatever it says to that, it is there
            date = connection.getresponse().getheader("Date")
        finally:
            connection.close()
    except (OSError, HTTPException) as error:
        return _Answer(shown, None, f"does not answer: {str(error).lower() or type(error).__name__}")
    try:
        ahead_s = time.time() - parsedate_to_datetime(date).timestamp() if date else None
    except ValueError:
        ahead_s = None
    return _Answer(shown, ahead_s, "")


def _clock(ahead_s: list[float], future_s_max: float) -> Iterator[Finding]:
    if not ahead_s:
        return
    least = min(ahead_s, key=abs)  # one of them may be wrong; this machine is if all of them say so
    found = f"{abs(least):.0f} s {'ahead of' if least > 0 else 'behind'} upstream's"
    advice = "let it be set: apt-get install systemd-timesyncd, or chrony"
    if abs(least) <= CLOCK_S_MAX:
        yield Finding("clock", "well", "as upstream's")
    elif -least > future_s_max:
        yield Finding("clock", "wrong", f"{found}: all events are refused as too far in the future", advice)
    else:
        yield Finding("clock", "warning", f"{found}: lag is shown wrong by as much", advice)
