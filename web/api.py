"""What of the API is not a resource with numbers of its own: status, health, the specification and its page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from web.asking import Nothing
from web.document import Document, document_of, sent
from web.local import Local
from web.openapi import specification
from web.overview import Overview, Overviews
from web.parsing import parsed
from web.problem import MEDIA, Problem, Unavailable

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS
_NOT_KEPT = {"Cache-Control": "no-store"}
_DOCUMENT_S = 300
_RETRY_S = 5


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
    return {
        "as_of": watermark,
        "watermark": watermark,
        "lag_seconds": _lag_s(overview),
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
        "selfcheck_at": found["selfcheck_at"],
        "selfcheck_differences": found["selfcheck_differences"],
    }


def _lag_s(overview: Overview) -> float | None:
    watermark = overview.status["watermark"]
    return round((datetime.now(UTC) - watermark).total_seconds(), 3) if watermark else None


async def alive(_: Request) -> Response:
    """GET /healthz: this process answers."""
    return PlainTextResponse("ok", headers=_NOT_KEPT)


async def ready(request: Request) -> Response:
    """GET /readyz: whether any answer, even a stale one, can be served."""
    overviews: Overviews = request.app.state.overviews
    local: Local = request.app.state.local
    overview = await overviews.overview()  # the look of this second: no probe asks the database for itself
    can = overview is not None or len(local) > 0
    body = {
        "ready": can, "database": "away" if overview is None or overview.trouble else "ok",
        "lag_seconds": overview and _lag_s(overview), "cached": len(local),
    }  # fmt: skip
    return _json(body) if can else _json(body, 503, {"Retry-After": str(_RETRY_S)})


async def document(request: Request) -> Response:
    """GET /openapi.json."""
    return sent(request, _specified(request.app.state.version), f"public, max-age={_DOCUMENT_S}")


@cache
def _specified(version: str) -> Document:
    return document_of(orjson.dumps(specification(version), option=orjson.OPT_INDENT_2), "application/json")


def _json(body: dict[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body, option=_OPTIONS), status, {**_NOT_KEPT, **(headers or {})}, "application/json")
