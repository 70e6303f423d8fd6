"""The wire: a request that says too much is refused before it is kept, and whoever never ends one is hung up on."""

from __future__ import annotations

import contextlib
import http.client
import select
import socket
from collections.abc import Iterator

import orjson
import pytest

from tests.conftest import new_database
from tests.web.site import Site, site
from web import reading
from web.asking import Nothing
from web.reading import Readings

CHUNK = 4_000


@pytest.fixture(scope="module")
def found(server: str) -> Iterator[Site]:
    with new_database(server) as conninfo, site(conninfo) as running:
        yield running


def refusal_of(client: socket.socket) -> tuple[int, str | None, str]:
    """Status and media type of the answer, and the problem in it; whoever says it must have hung up."""
    answer = http.client.HTTPResponse(client)
    answer.begin()
    kind = orjson.loads(answer.read())["type"]
    assert (answer.getheader("connection"), answer.getheader("x-content-type-options")) == ("close", "nosniff")
    with contextlib.suppress(ConnectionError):
        assert client.recv(1) == b""
    return answer.status, answer.getheader("content-type"), kind


@pytest.mark.parametrize(
    ("request_of", "status", "kind"),
    [
        (b"GET /" + b"x" * 9_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414, "too-long"),
        (b"GET /healthz?" + b"x" * 9_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414, "too-long"),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"A: b\r\n" * 20_000 + b"\r\n", 431, "too-much"),
    ],
    ids=["path", "query", "headers"],
)
def test_what_comes_whole_and_is_too_long_is_refused(found: Site, request_of: bytes, status: int, kind: str) -> None:
    with socket.create_connection(("127.0.0.1", found.port), 10) as client:
        client.sendall(request_of[:CHUNK])
        client.sendall(request_of[CHUNK:])
        assert refusal_of(client) == (status, "application/problem+json", f"/docs#{kind}")


@pytest.mark.parametrize(
    ("begin", "more", "status"),
    [
        (b"GET /", b"x", 414),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nA: ", b"x", 431),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\n", b"A: b\r\n", 431),
        (b"", b"\r\n", 431),
    ],
    ids=["address", "one header", "headers", "nothing"],
)
def test_what_never_ends_is_refused_while_it_is_said(found: Site, begin: bytes, more: bytes, status: int) -> None:
    said = 0
    with socket.create_connection(("127.0.0.1", found.port), 10) as client:
        client.sendall(begin)
        while not select.select([client], [], [], 0.01)[0]:
            assert said < 100_000
            said += client.send(more * (CHUNK // len(more)))
        assert refusal_of(client)[0] == status


def test_a_body_without_end_ends_the_connection(found: Site) -> None:
    with socket.create_connection(("127.0.0.1", found.port), 10) as client:
        client.sendall(b"POST /api/v1/top/accounts HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n")
        answer = http.client.HTTPResponse(client)
        answer.begin()
        assert (answer.status, answer.read()[:1]) == (405, b"{")
        with pytest.raises(ConnectionError):
            client.sendall(b"x" * 100_000_000)


def test_many_requests_on_one_connection_are_many_requests(found: Site) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: a\r\nA: " + b"x" * 1_000 + b"\r\n\r\n"
    with socket.create_connection(("127.0.0.1", found.port), 10) as client, client.makefile("rb") as answers:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(100):
            client.sendall(one[:500])
            client.sendall(one[500:])
            assert b" 200 " in answers.readline()
            while answers.readline().strip():
                pass
            assert answers.read(2) == b"ok"


def test_what_requests_mean_is_remembered_of_so_many_the_latest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "READINGS_MAX", 3)
    readings = Readings()
    for path in ("/a", "/b", "/c", "/a", "/d", "/" + "x" * reading.READING_CHARACTERS_MAX):
        readings.keep((path, b""), (Nothing(), path))
    kept = {path for path in ("/a", "/b", "/c", "/d") if readings.get((path, b""))}
    assert (kept, len(readings)) == ({"/a", "/c", "/d"}, 3)


def test_who_asks_too_much_leaves_nothing_behind(conninfo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Readings] = []

    class Seen(Readings):
        def __init__(self) -> None:
            super().__init__()
            made.append(self)

    monkeypatch.setattr("web.app.Readings", Seen)
    paths = [*(f"/api/v1/top/accounts?limit={n}" for n in range(1, 9)), *(f"/top/posts?offset={n}" for n in range(9))]
    with site(conninfo, web_misses_per_second=0.001, web_misses_burst=2.0) as found:
        answered = [path for path in paths if found.get(path).status == 200]
    assert (len(answered), [len(readings) for readings in made]) == (2, [2])
