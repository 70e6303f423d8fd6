"""Feeds as the database keeps them: the supervisor writes what the file says, workers read it when they are told to.

The file is read at the start and when somebody asks for it; one that is wrong then changes nothing.
"""

from __future__ import annotations

import logging
from pathlib import Path

import psycopg

from collector.errors import BadFeeds
from collector.feeds.detection import detector
from collector.feeds.file import read
from collector.feeds.matcher import Matcher
from collector.feeds.rules import Feed, Stored, definition, of_definition
from sql import statement
from sql.ids import Ids

_log = logging.getLogger(__name__)


class FeedsFile:
    """The operator's file; without one there are no feeds."""

    def __init__(self, path: str) -> None:
        """Raises BadFeeds."""
        self._path = Path(path).expanduser() if path else None
        self._feeds: tuple[Feed, ...] = self._read()
        self._again = False

    def ask(self) -> None:
        """Have it read again at the next `reread`; may be called by a signal."""
        self._again = self._path is not None

    def reread(self, connection: psycopg.Connection) -> bool:
        """Read and store it if somebody has asked for that; whether anything is different."""
        if not self._again:
            return False
        self._again = False
        try:
            self._feeds = self._read()
        except BadFeeds as bad:
            _log.error("feeds stay as they are: %s", bad)
            return False
        _log.info("feeds: %s", ", ".join(feed.id for feed in self._feeds) or "none")
        return self.store(connection)

    def store(self, connection: psycopg.Connection) -> bool:
        """Make the database say what the file says; whether anything is different."""
        given = {"ids": [feed.id for feed in self._feeds], "definitions": list(map(definition, self._feeds))}
        row = connection.execute(statement("feed/store"), given).fetchone()
        return row is not None and bool(row[0])

    def _read(self) -> tuple[Feed, ...]:
        feeds = read(self._path) if self._path is not None else ()
        if any(feed.detect for feed in feeds):
            try:
                detector()
            except BadFeeds as missing:
                raise BadFeeds(f"{self._path}: {missing}") from None
        return feeds


def stored_feeds(connection: psycopg.Connection) -> list[Stored]:
    """The feeds there are."""
    return [Stored(number, of_definition(text)) for _, number, text in connection.execute(statement("feed/stored"))]


def matcher_of(connection: psycopg.Connection) -> Matcher | None:
    """What matches posts with the feeds there are; None where there are none, nor any that may come back: while one
    may, what is deleted leaves it."""
    stored = stored_feeds(connection)
    row = connection.execute("select salt from network where exists (select from feed)").fetchone()
    if row is None:
        return None
    return Matcher(stored, Ids(row[0]), detector() if any(each.feed.detect for each in stored) else None)
