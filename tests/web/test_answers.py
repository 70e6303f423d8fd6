"""Answers that carry no numbers: errors as problems, and the headers that keep a page to itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import new_database
from tests.web.site import Site, site
from web.overview import Overviews

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "geolocation=(), camera=(), microphone=()",
}
PAGES = {**EVERYWHERE, "content-security-policy": PAGE_POLICY}
API = {
    **EVERYWHERE,
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "cross-origin",
    "access-control-allow-origin": "*",
}


@pytest.fixture(scope="module")
def found(server: str) -> Iterator[Site]:
    """One site for the tests of this file, none of which changes anything."""
    with new_database(server) as conninfo, site(conninfo) as running:
        yield running


@pytest.mark.parametrize(
    ("path", "method", "status", "expected"),
    [
        ("/", "GET", 200, PAGES),
        ("/", "HEAD", 200, PAGES),
        ("/?utm_source=share&x=1&x=2", "GET", 200, PAGES),
        ("/static/site.css", "GET", 200, PAGES),
        ("/healthz", "GET", 200, PAGES),
        ("/nowhere", "GET", 404, PAGES),
        ("/static/../serve.py", "GET", 404, PAGES),
        ("/", "POST", 405, PAGES),
        ("/api/v1/status", "GET", 200, API),
        ("/api/v1/status?x=1", "GET", 400, API),
        ("/api/v1/status/", "GET", 404, API),
        ("/api/v2/status", "GET", 404, API),
        ("/api/v1/status", "DELETE", 405, API),
    ],
)
def test_every_answer_has_the_headers_of_its_path_and_no_other(
    found: Site, path: str, method: str, status: int, expected: dict[str, str]
) -> None:
    answer = found.get(path, method, Origin="https://evil.example")
    names = {*API, "server", "set-cookie", "access-control-allow-credentials"}
    assert answer.status == status
    assert {name: value for name, value in answer.headers.items() if name in names} == expected


@pytest.mark.parametrize(
    ("path", "method", "status", "kind", "title", "detail"),
    [
        ("/api/v1/status?window=1h", "GET", 400, "bad-parameter", "Bad parameter",
         "window: is no parameter of this resource; its parameters are: none"),
        ("/api/v1/status?%3Cb%3E=%FF", "GET", 400, "bad-parameter", "Bad parameter",
         "query: is not UTF-8, percent-encoded"),
        ("/api/v1/nothing", "GET", 404, "not-found", "Not found", "nothing is at GET /api/v1/nothing"),
        ("/api/v1/status", "POST", 405, "method-not-allowed", "Method not allowed", "POST /api/v1/status"),
    ],
)  # fmt: skip
def test_an_error_of_the_api_is_a_problem_that_names_what_is_wrong(
    found: Site, path: str, method: str, status: int, kind: str, title: str, detail: str
) -> None:
    answer = found.get(path, method)
    assert answer.json == {"type": f"/docs#{kind}", "title": title, "status": status, "detail": detail}
    assert answer.headers["content-type"] == "application/problem+json"
    kept = "public, max-age=10, s-maxage=10" if status == 404 else "no-store"
    assert (answer.status, answer.headers["cache-control"]) == (status, kept)
    allowed = set(filter(None, answer.headers.get("allow", "").split(", ")))
    assert allowed == ({"GET", "HEAD"} if status == 405 else set())


@pytest.mark.parametrize(
    ("path", "expected", "body"),
    [("/status", PAGES, b"<!doctype html>"), ("/api/v1/status", API, b"{")],
)
def test_a_failure_of_our_own_is_a_500_that_tells_nothing_and_has_the_headers_too(
    conninfo: str, path: str, expected: dict[str, str], body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: Overviews) -> None:
        raise RuntimeError("the secret reason")

    monkeypatch.setattr(Overviews, "overview", fail)
    with site(conninfo) as broken:
        answer = broken.get(path)
    assert (answer.status, answer.body.startswith(body), b"secret" in answer.body) == (500, True, False)
    assert expected.items() <= answer.headers.items()


def test_a_page_loads_nothing_from_elsewhere_and_has_nothing_inline(found: Site) -> None:
    answer = found.get("/")
    page = answer.page
    assert {"style", "iframe"}.isdisjoint(page.tags)
    assert b"<script>" not in answer.body
    assert [name for name, _ in page.attributes if name == "style" or name.startswith("on")] == []
    addresses = {str(value) for name, value in page.attributes if name in ("href", "src", "action")}
    assert {address for address in addresses if not address.startswith(("/", "#"))} == set()
    inside = {address for address in addresses if address.startswith("/")}
    assert {path: found.get(path).status for path in inside} == dict.fromkeys(inside, 200)


def test_static_files_are_for_ever_under_the_address_that_pages_use(found: Site) -> None:
    page = found.get("/").page
    (style,) = {str(value) for name, value in page.attributes if name == "href" and "site.css" in str(value)}
    kept = {path: found.get(path).headers["cache-control"] for path in (style, "/static/site.css?v=other")}
    assert kept == {
        style: "public, max-age=31536000, immutable", "/static/site.css?v=other": "public, max-age=300",
    }  # fmt: skip
    known = found.get(style).headers["etag"]
    for said in (known, known.removeprefix("W/"), f'"x", {known}', "*"):  # as of answers: nginx weakens tags
        assert found.get(style, If_None_Match=said).status == 304
    assert found.get(style, If_None_Match='"x"').status == 200
    assert found.get(style, Accept_Encoding="br").headers["content-encoding"] == "br"
