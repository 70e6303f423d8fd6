"""The signpost leads where trying one route after another would."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.routing import Match

from web.app import ROUTES, create_app
from web.routes import Signpost
from web.settings import WebSettings

ELSEWHERE = "/nowhere", "//", "/top/accounts/", "/TOP/accounts", "/api/v1/top/accounts/x", "/static/x/y.css", ""


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
    expected = next((each for each in tried if each[1] is not Match.NONE), ({}, Match.NONE))
    match, found = signpost.matches(scope)
    assert (found, match) == expected
