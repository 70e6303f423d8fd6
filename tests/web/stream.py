"""A reader of server-sent events on a plain socket, that takes them as slowly as a test wants."""

from __future__ import annotations

import http.client
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import orjson


class Event(NamedTuple):
    """One event; `data` is parsed."""

    id: str
    kind: str
    data: Any


class Stream:
    """What comes on one connection."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.answer = answer
        self.status = answer.status
        self.headers = {name.lower(): value for name, value in answer.getheaders()}
        self.comments: list[str] = []
        self.last_id = ""

    def next(self) -> Event | None:
        """The next one; None at the end."""
        fields: dict[str, str] = {}
        while line := self.answer.readline().decode():
            line = line.rstrip("\n")
            if line.startswith(":"):
                self.comments.append(line)
            elif line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "data" in fields:
                self.last_id = fields.get("id", self.last_id)
                return Event(self.last_id, fields.get("event", "message"), orjson.loads(fields["data"]))
        return None

    def events(self) -> Iterator[Event]:
        """All there are."""
        while (event := self.next()) is not None:
            yield event

    def summed(self, upto: int) -> Counter[str]:
        """The counts of all messages, until there are so many together. The socket's patience is the limit."""
        total: Counter[str] = Counter()
        for event in self.events():
            assert event.kind == "message", event
            total.update(event.data["counts"])
            if total.total() >= upto:
                break
        return total


@contextmanager
def watching(port: int, query: str, last_id: str = "", patience_s: float = 20.0) -> Iterator[Stream]:
    """Watch `/api/v1/live`."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience_s)
    try:
        connection.request("GET", f"/api/v1/live?{query}", headers={"Last-Event-ID": last_id} if last_id else {})
        yield Stream(connection.getresponse())
    finally:
        connection.close()


def first(stream: Stream) -> Event:
    """The first message."""
    found = stream.next()
    assert found is not None
    return found


def begun(stream: Stream) -> Stream:
    """A stream whose first message, which has nothing in it, has come."""
    assert first(stream).data["counts"] == {}
    return stream
