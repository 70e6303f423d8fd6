"""Security headers by path, scored as the HTTP Observatory scores them
(github.com/mdn/mdn-http-observatory, src/grader/charts.js, as of its version 1)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import new_database
from tests.web.site import Site, site

PAGES = ("/", "/top/posts", "/status", "/method", "/docs", "/nowhere", "/static/site.css", "/healthz", "/readyz")
API = ("/api/v1/status", "/api/v1/top/accounts", "/api/v1/top/accounts?window=x", "/api/v1/nothing", "/openapi.json")


@pytest.fixture(scope="module")
def found(server: str) -> Iterator[Site]:
    with new_database(server) as conninfo, site(conninfo, public_url="https://tally.example") as running:
        yield running


def policy_of(headers: dict[str, str]) -> dict[str, list[str]]:
    directives = [each.split() for each in headers.get("content-security-policy", "").split(";") if each.strip()]
    return {name: sources for name, *sources in directives}


def score_of(headers: dict[str, str]) -> int:
    """100 and what is added and taken away."""
    policy = policy_of(headers)
    unsafe = {"'unsafe-inline'", "'unsafe-eval'", "data:", "http:", "https:", "*"}
    scripts = policy.get("script-src", policy.get("default-src", ["*"]))
    framed = policy.get("frame-ancestors") == ["'none'"]
    marks = {
        "content-security-policy": -25 if not policy or unsafe & set(scripts)
        else 10 if policy.get("default-src") == ["'none'"] else 5,
        "cookies": 0 if "set-cookie" not in headers else -20,
        # everybody may read it, nobody with their credentials
        "cross-origin-resource-sharing": -50 if "access-control-allow-credentials" in headers else 0,
        "referrer-policy": 5 if headers.get("referrer-policy") in ("no-referrer", "same-origin") else -5,
        "strict-transport-security": 0 if "max-age=31536000" in headers.get("strict-transport-security", "") else -20,
        "x-content-type-options": 0 if headers.get("x-content-type-options") == "nosniff" else -5,
        "x-frame-options": 5 if framed else -20,
    }  # fmt: skip
    return 100 + sum(marks.values())


@pytest.mark.parametrize("path", [*PAGES, *API])
def test_every_path_has_the_best_score(found: Site, path: str) -> None:
    headers = found.get(path, Origin="https://evil.example").headers
    assert score_of(headers) == 120, headers
    assert "server" not in headers
    assert ("access-control-allow-origin" in headers) == (path in API)
    assert headers.get("access-control-allow-origin", "*") == "*"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["permissions-policy"] == "geolocation=(), camera=(), microphone=()"


def test_nothing_is_said_of_https_where_readers_do_not_come_by_it(conninfo: str) -> None:
    with site(conninfo) as plain:
        assert "strict-transport-security" not in plain.get("/").headers
