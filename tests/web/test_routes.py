"""The signpost leads where trying one route after another would."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.routing import Match

from web.app import ROUTES, create_app
from web.routes import Signpost
from web.settings import WebSettings

ELSEWHERE = "/nowhere", "//", "/top/accounts/", "/TOP/accounts", "/api/v1/top/accounts/x", "/static/x/y", "", "/" * 9


@pytest.fixture(scope="module")
def signpost() -> Signpost:
    app: Any = create_app(WebSettings(), "host=127.0.0.1 port=1")
    while not hasattr(app, "routes"):
        app = app._app
    (found,) = app.routes
    assert isinstance(found, Signpost)
    return found


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("path", [*(path.replace("{actor}", "alice.test") for path in ROUTES), *ELSEWHERE])
def test_it_leads_where_trying_all_of_them_would(signpost: Signpost, path: str, method: str) -> None:
    scope = {"type": "http", "path": path, "method": method}
    tried = [({"route": route, **found}, match) for route in signpost.routes for match, found in [route.matches(scope)]]
    taken = [[each for each in tried if each[1] is match] for match in (Match.FULL, Match.PARTIAL)]
    match, found = signpost.matches(scope)
    assert (found, match) == (*taken[0], *taken[1], ({}, Match.NONE))[0]


def test_an_address_costs_the_same_few_looks_however_long_it_is(signpost: Signpost) -> None:
    assert len(signpost._lengths) < 20
    assert list(signpost._routes_of("/" * 8000)) == list(signpost._routes_of("//"))
