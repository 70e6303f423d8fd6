"""The specification of the API (OpenAPI 3.1), made from the same types that check requests and shape answers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from web import answers, asking, live
from web.asking import Ask
from web.fields import explained
from web.finishing import row_type
from web.problem import MEDIA
from web.resources import PREFIX, RESOURCES, Resource
from web.spreadsheet import MEDIA as CSV
from web.watching import LiveMessage

_REF = "#/components/schemas/{name}"
REFUSALS = {
    400: "A parameter is unknown, repeated or ill-formed; the detail names it and what is allowed.",
    404: "Not known, not known yet, or not shown: the type says which.",
    410: "Deleted.",
    414: "The address is too long.",
    429: "Too much had to be made for this client; Retry-After says when to come back.",
    503: "Not to be had just now; Retry-After says when to come back.",
}


class ProblemBody(msgspec.Struct, frozen=True):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    request_id: Annotated[
        str | UnsetType, Meta(description="Where it is our fault: by this the operator finds it in the log.")
    ] = UNSET


@cache
def specification(version: str) -> dict[str, Any]:
    """The whole of it, as JSON would have it."""
    kinds = [*{each for resource in RESOURCES for each in (resource.ask, resource.answer)}]
    kinds += [answers.Status, asking.Live, LiveMessage, ProblemBody]
    kinds.sort(key=lambda kind: kind.__name__)
    schemas, components = msgspec.json.schema_components(kinds, ref_template=_REF)
    of = dict(zip(kinds, schemas, strict=True))
    asked = {kind.__name__ for kind in kinds if issubclass(kind, Ask)}
    paths = {PREFIX + resource.path: {"get": _operation(resource, of, components)} for resource in RESOURCES}
    paths[f"{PREFIX}/status"] = {"get": _status(of)}
    paths[PREFIX + live.PATH] = {"get": _live(of, components)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "skytally",
            "version": version,
            "summary": "Who and what is on top of the Bluesky network, and the statistics of any account.",
            "description": "Every number is counted exactly once from the firehose, and net of what was taken back.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": explained({name: one for name, one in components.items() if name not in asked})},
    }


def _operation(resource: Resource, of: dict[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": of[resource.answer]}}
    parameters = list(_parameters(resource.path, components[resource.ask.__name__]))
    if any(parameter["name"] == "format" for parameter in parameters):
        columns = ", ".join(field.encode_name for field in msgspec.structs.fields(row_type(resource)))
        content[CSV.partition(";")[0]] = {"schema": {"type": "string", "description": f"Columns: {columns}."}}
    refusals = [400, 404, 414, 429, 503, *([410] if resource.names_accounts else [])]
    return {
        "operationId": resource.name.replace("-", "_"),
        "summary": resource.summary,
        "parameters": parameters,
        "responses": {
            "200": {"description": "The answer.", "content": content},
            "304": {"description": "What the reader has is still right (If-None-Match)."},
            **_refusals(refusals, of),
        },
    }


def _parameters(path: str, schema: dict[str, Any]) -> Iterable[dict[str, Any]]:
    for name, own in schema["properties"].items():
        in_path = f"{{{name}}}" in path
        own = dict(own)
        text = own.pop("description", "")
        yield {
            "name": name,
            "in": "path" if in_path else "query",
            "required": in_path or name in schema.get("required", ()),
            "schema": own,
            **({"description": text} if text else {}),
        }


def _status(of: dict[Any, Any]) -> dict[str, Any]:
    return {
        "operationId": "status",
        "summary": "How the collector is: as of when the numbers are, and what is missing.",
        "responses": {
            "200": {"description": "The answer.", "content": {"application/json": {"schema": of[answers.Status]}}},
            **_refusals([400, 503], of),
        },
    }


def _live(of: dict[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": "live",
        "summary": "Counts as they come: server-sent events, one a second, each with what was added since the one "
        "before. Who comes back with the Last-Event-ID misses nothing; `event: restart` begins anew, `event: dropped` "
        "is the last word to a reader who is too slow.",
        "parameters": list(_parameters(live.PATH, components[asking.Live.__name__])),
        "responses": {
            "200": {"description": "The data of each message.", "content": {live.MEDIA: {"schema": of[LiveMessage]}}},
            **_refusals([400, 414, 429, 503], of),
        },
    }


def _refusals(statuses: list[int], of: dict[Any, Any]) -> dict[str, Any]:
    problem = {MEDIA: {"schema": of[ProblemBody]}}
    return {str(status): {"description": REFUSALS[status], "content": problem} for status in sorted(statuses)}
