"""What of the API is not a resource with numbers of its own: status, health, the specification and its page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from web.asking import Nothing
from web.database import Database
from web.local import Local
from web.openapi import specification
from web.overview import Overview, Overviews
from web.parsing import parsed
from web.problem import MEDIA, Problem, Unavailable

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS
_NOT_KEPT = {"Cache-Control": "no-store"}
_DOCUMENT_S = 300


def problem_answer(problem: Problem, **headers: str) -> Response:
    """A problem as RFC 9457 says it."""
    return Response(problem.body, problem.status, {**problem.headers, **headers}, MEDIA)


async def status(request: Request) -> Response:
    """GET /api/v1/status."""
    try:
        parsed(Nothing, {}, request.scope["query_string"])
    except Problem as problem:
        return problem_answer(problem)
    overviews: Overviews = request.app.state.overviews
    overview = await overviews.overview()
    if overview is None:
        return problem_answer(
            Unavailable("database-away", "the database does not answer, and nothing has been read from it yet")
        )
    return _json(status_of(overview))


def status_of(overview: Overview) -> dict[str, Any]:
    """The body of /api/v1/status."""
    found = overview.status
    watermark = found["watermark"]
    now = datetime.now(UTC)
    return {
        "as_of": watermark,
        "watermark": watermark,
        "lag_seconds": round((now - watermark).total_seconds(), 3) if watermark else None,
        "coverage": overview.coverage,
        "gaps": overview.gaps,
        "source": found["source"],
        "network": found["network"],
        "state": "away" if overview.trouble else found["state"],
        "detail": overview.trouble or found["detail"] or "",
        "events_total": found["events_total"],
        "events_per_second": round(found["events_per_second"] or 0.0, 1),
        "duplicates_total": found["duplicates_total"],
        "quarantined_total": found["quarantined_total"],
        "quarantined": overview.quarantine,
        "uptime_seconds": round(found["uptime_seconds"] or 0.0, 1),
    }


async def alive(_: Request) -> Response:
    """GET /healthz: this process answers."""
    return PlainTextResponse("ok", headers=_NOT_KEPT)


async def ready(request: Request) -> Response:
    """GET /readyz: whether any answer, even a stale one, can be served."""
    database: Database = request.app.state.database
    local: Local = request.app.state.local
    lag_s = None
    try:
        async with database.snapshot() as snapshot:
            lag_s, away = snapshot.head.lag_s, ""
    except Unavailable as unavailable:
        away = unavailable.detail
    can = not away or len(local) > 0
    body = {"ready": can, "database": "away" if away else "ok", "lag_seconds": lag_s, "cached": len(local)}
    return _json(body, 200 if can else 503)


async def document(request: Request) -> Response:
    """GET /openapi.json."""
    return Response(
        orjson.dumps(specification(request.app.state.version), option=orjson.OPT_INDENT_2),
        headers={"Cache-Control": f"public, max-age={_DOCUMENT_S}", "Vary": "Accept-Encoding"},
        media_type="application/json",
    )


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(orjson.dumps(body, option=_OPTIONS), status, _NOT_KEPT, "application/json")
