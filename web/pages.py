"""The HTML pages, from the same values as the API. They know no SQL."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from web.api import status_of
from web.openapi import specification
from web.overview import Overviews
from web.problem import TITLES

HERE = Path(__file__).parent
templates = Jinja2Templates(directory=HERE / "templates")
templates.env.filters["number"] = lambda value: f"{value or 0:,}"


async def home(request: Request) -> Response:
    """GET /: the network now, by collection and by language."""
    overviews: Overviews = request.app.state.overviews
    overview = await overviews.overview()
    if overview is None:
        return templates.TemplateResponse(
            request, "away.html", {}, status_code=503, headers={"Retry-After": "5", "Cache-Control": "no-store"}
        )
    values = {
        "status": status_of(overview),
        "overview": overview,
        "collections": overview.collections,
        "languages": overview.languages,
        "most_events": max((c["total"] for c in overview.collections), default=1),
        "most_posts": max((language["posts"] for language in overview.languages), default=1),
    }
    return templates.TemplateResponse(request, "home.html", values, headers={"Cache-Control": "no-store"})


async def docs(request: Request) -> Response:
    """GET /docs: the specification, for people."""
    document = specification(request.app.state.version)
    values = {"document": document, "problems": TITLES}
    return templates.TemplateResponse(request, "docs.html", values, headers={"Cache-Control": "public, max-age=300"})
