"""The HTML pages, from the same values as the API. They know no SQL."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

from web.api import status_of
from web.network import Network

HERE = Path(__file__).parent
templates = Jinja2Templates(directory=HERE / "templates")
templates.env.filters["number"] = lambda value: f"{value or 0:,}"


async def home(request: Request) -> Response:
    """GET /: the network now, by collection and by language."""
    network: Network = request.app.state.network
    overview = await network.overview()
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
