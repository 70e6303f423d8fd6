"""The site on a real socket, and a reader of its pages that knows nothing of how they are made."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any, NamedTuple

import orjson

from web.serve import bind, server_of
from web.settings import WebSettings


class Answer(NamedTuple):
    """One HTTP answer; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def page(self) -> Page:
        return Page(self.body.decode())


class Site:
    """Where it is listening."""

    def __init__(self, port: int, stop: Callable[[], None] = lambda: None) -> None:
        self.port, self.stop = port, stop

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, headers={name.replace("_", "-"): text for name, text in headers.items()})
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, found, answer.read())
        finally:
            connection.close()


@contextmanager
def site(conninfo: str, vitals: Any = None, **settings: Any) -> Iterator[Site]:
    """The site on the database at `conninfo`, on any free port; `vitals` are WebVitals to look at."""
    given = WebSettings(web_port=0, **settings)
    listener = bind(given)
    server = server_of(given, conninfo, vitals)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()

    def stop() -> None:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()
        listener.close()

    try:
        yield Site(listener.getsockname()[1], stop)
    finally:
        stop()


class Page(HTMLParser):
    """What a reader sees: figures by name, tables by heading, notices; and every tag and attribute there is."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.figures: dict[str, str] = {}
        self.tables: dict[str, list[list[str]]] = {}
        self.notices: list[str] = []
        self.as_of = ""
        self._open: list[str] = []
        self._texts: list[str] = []
        self._heading = self._name = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attributes
        given = dict(attributes)
        if tag == "time":
            self.as_of = self.as_of or given.get("datetime") or ""
        if tag == "tr" and "tbody" in self._open:
            self.tables.setdefault(self._heading, []).append([])
        if tag in ("div", "p", "h2", "td", "tbody", "tr"):
            self._open.append(" ".join([tag, given.get("class") or ""]).strip() if tag != "tbody" else tag)
            self._texts.append("")

    def handle_data(self, data: str) -> None:
        if self._texts:
            self._texts[-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("div", "p", "h2", "td", "tbody", "tr"):
            return
        opened, text = self._open.pop(), self._texts.pop()
        if opened == "h2":
            self._heading = text
        elif opened == "div name":
            self._name = text
        elif opened == "div value":
            self.figures[self._name] = text
        elif opened == "p notice":
            self.notices.append(text)
        elif tag == "td" and self.tables.get(self._heading):
            self.tables[self._heading][-1].append(text)
