"""The JSON endpoints. They check parameters, ask the models and set headers; they know no SQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from web.network import Network, Overview

PROBLEM = "application/problem+json"
_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS


def problem(status: int, title: str, detail: str, **headers: str) -> Response:
    """An error as RFC 9457 says it."""
    body = orjson.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail})
    return Response(body, status, {"Cache-Control": "no-store", **headers}, media_type=PROBLEM)


async def status(request: Request) -> Response:
    """GET /api/v1/status."""
    if request.query_params:
        name = next(iter(request.query_params))
        return problem(400, "Unknown parameter", f"{name!r} is no parameter of this resource; it has none")
    network: Network = request.app.state.network
    overview = await network.overview()
    if overview is None:
        return problem(
            503,
            "Database away",
            "the database does not answer, and nothing has been read from it yet",
            **{"Retry-After": "5"},
        )
    return Response(
        orjson.dumps(status_of(overview), option=_OPTIONS),
        headers={"Cache-Control": "no-store"},
        media_type="application/json",
    )


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
