"""Bad requests: a clear 4xx that names what is wrong, is never cached, and never reaches the database."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator

import pytest

from tests.conftest import new_database
from tests.web.site import Site, site

ALICE = "did:plc:" + "a" * 24
TOP = "/api/v1/top/accounts"
MULTIPLE = "Expected an integer that's a multiple of 60"


@pytest.fixture(scope="module")
def found(server: str) -> Iterator[Site]:
    with new_database(server) as conninfo, site(conninfo) as running:
        yield running


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (f"{TOP}?metric=likes", "metric: Invalid enum value 'likes'; it may be engagement, experience, "),
        (f"{TOP}?window=2h", "window: Invalid enum value '2h'; it may be 1d, 1h, 30d, 7d"),
        (f"{TOP}?limit=0", "limit: Expected an integer >= 1"),
        (f"{TOP}?limit=1001", "limit: Expected an integer <= 1000"),
        (f"{TOP}?limit=ten", "limit: has to be an integer from 1 to 1,000"),
        (f"{TOP}?limit=", "limit: has to be an integer"),
        (f"{TOP}?limit=1e2", "limit: has to be an integer"),
        (f"{TOP}?offset=-1", "offset: Expected an integer >= 0"),
        (f"{TOP}?offset=99999999999999999999", "offset: has to be an integer"),
        (f"{TOP}?offset=100001", "offset: Expected an integer <= 100000"),
        (f"{TOP}?limit=1&limit=2", "limit: is given more than once"),
        (f"{TOP}?limt=1", "limt: is no parameter of this resource; its parameters are: as_of, count, format, "),
        (f"{TOP}?as_of=null", "as_of: has to be a time as of RFC 3339"),
        (f"{TOP}?as_of=yesterday", "as_of: has to be a time as of RFC 3339"),
        (f"{TOP}?as_of=2026-07-04T12:00:00", "as_of: has to be a time as of RFC 3339"),
        ("/api/v1/network/series?to=9999-12-31T23:59:59Z", "to: has to be a time as of RFC 3339 from 2000 to 2199"),
        ("/api/v1/accounts/a.1", "actor: has to be a DID, or a handle"),
        ("/api/v1/accounts/alice.test%0A", "actor: has to be a DID, or a handle"),
        ("/api/v1/accounts/bad-.example", "actor: has to be a DID, or a handle"),
        (f"{TOP}?count=actors&metric=posts", "count: posts are everybody's own"),
        (f"{TOP}?count=actors&metric=level", "count: posts are everybody's own"),
        (f"{TOP}?count=actors&window=30d", "count: actors are counted in windows of 1h, 1d and 7d"),
        (f"{TOP}?q=%00", "q: has to be text to be found in names"),
        (f"{TOP}?q=%FF", "query: is not UTF-8"),
        (f"{TOP}?q={'x' * 201}", "q: Expected a text of length <= 200"),
        (f"{TOP}?%3Cscript%3E=1", "<script>: is no parameter of this resource"),
        (f"{TOP}?metric=%27;drop%20table%20board;--", "metric: Invalid enum value"),
        (f"{TOP}?novalue", "query: has to be at most 32 pairs of name=value"),
        (f"{TOP}?format=xml", "format: Invalid enum value 'xml'; it may be csv, json"),
        ("/api/v1/accounts/did:plc:", "actor: has to be a DID, or a handle"),
        ("/api/v1/accounts/nodots", "actor: has to be a DID, or a handle"),
        ("/api/v1/accounts/-bad.example", "actor: has to be a DID, or a handle"),
        ("/api/v1/accounts/%FF%FE.example", "actor: is not UTF-8"),
        (f"/api/v1/accounts/did:web:{'x' * 2100}", "actor: Expected a text "),
        (f"/api/v1/accounts/{ALICE}/series?bucket=61", f"bucket: {MULTIPLE}; the nearest is 60"),
        ("/api/v1/network/series?bucket=5431", f"bucket: {MULTIPLE}; the nearest is 5460"),
        ("/api/v1/network/series?bucket=1h", "bucket: has to be an integer from 60 to 31,622,400, a multiple of 60"),
        (f"/api/v1/accounts/{ALICE}/heatmap?tz=Mars/Olympus", "tz: is no time zone"),
        (f"/api/v1/accounts/{ALICE}/heatmap?tz=../etc/passwd", "tz: has to be a time zone of the IANA database"),
        (f"/api/v1/accounts/{ALICE}?actor={ALICE}", "actor: is no parameter of this resource"),
        (f"/api/v1/posts/{ALICE}/has%20space", "rkey: has to be the record key of a post"),
        ("/api/v1/network/series?bucket=60&from=2020-01-01T00:00:00Z", "bucket: 5,000 points at most; the nearest"),
        ("/api/v1/network/series?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "from: has to be before `to`"),
        (f"/api/v1/compare?actors={','.join([ALICE] * 6)}", "actors: has to be one to five DIDs or handles"),
        ("/api/v1/compare", "actors: is missing; it has to be one to five DIDs or handles"),
        ("/api/v1/search?q=", "q: Expected a text of length >= 1"),
    ],
)
def test_a_bad_parameter_is_named_with_what_is_allowed(found: Site, path: str, said: str) -> None:
    answer = found.get(path)
    assert (answer.status, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json["detail"].startswith(said), answer.json["detail"]
    assert (answer.json["type"], answer.json["status"]) == ("/docs#bad-parameter", 400)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("method", "headers", "status", "kind"),
    [
        ("POST", {}, 405, "method-not-allowed"),
        ("DELETE", {}, 405, "method-not-allowed"),
        ("TRACE", {}, 405, "method-not-allowed"),
        ("GET", {"Range": "bytes=0-10"}, 416, "no-ranges"),
        ("GET", {"Content-Length": "5"}, 400, "no-body"),
    ],
)
def test_what_is_no_plain_get_is_refused(
    found: Site, method: str, headers: dict[str, str], status: int, kind: str
) -> None:
    answer = found.get(TOP, method, **headers)
    assert (answer.status, answer.json["type"]) == (status, f"/docs#{kind}")
    assert answer.headers["cache-control"] == "no-store"
    assert ("allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize("path", ["/api/v1/status", "/openapi.json", "/docs"])
@pytest.mark.parametrize(
    ("headers", "status"), [({"Range": "bytes=0-10"}, 416), ({"Content-Length": "5"}, 400)], ids=["range", "body"]
)
def test_what_is_no_resource_takes_plain_gets_only_too(
    found: Site, path: str, headers: dict[str, str], status: int
) -> None:
    answer = found.get(path, **headers)
    assert (answer.status, answer.headers["cache-control"]) == (status, "no-store")


def test_too_long_an_address_is_refused(found: Site) -> None:
    answer = found.get(f"{TOP}?q={'x' * 5000}")
    assert (answer.status, answer.json["type"]) == (414, "/docs#too-long")
    for length in (70_000, 1_000_000):
        with socket.create_connection(("127.0.0.1", found.port), 10) as client:
            try:
                client.sendall(b"GET /" + b"x" * length + b" HTTP/1.1\r\nHost: a\r\n\r\n")
                refused = http.client.HTTPResponse(client)
                refused.begin()
                assert refused.status == 414
            except (ConnectionError, http.client.HTTPException):
                pass  # hung up on
    assert found.get("/healthz").status == 200


def test_the_same_question_in_other_words_is_the_same_question(found: Site) -> None:
    found.get(f"{TOP}?window=1h&limit=7")
    same = (
        f"{TOP}?limit=7", f"{TOP}?limit=7&window=1h", f"{TOP}?metric=likes_received&limit=7",
        f"{TOP}?offset=0&limit=%37",
    )  # fmt: skip
    assert [found.get(path).headers["cache-status"].split(";")[1] for path in same] == [" hit"] * 4
    assert "miss" in found.get(f"{TOP}?limit=8").headers["cache-status"]
