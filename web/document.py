"""A document: bytes that are made once and sent as they are, in whatever encoding a reader takes."""

from __future__ import annotations

from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from web.endpoint import coding_of, matches
from web.entry import encoded, etag_of


class Document(NamedTuple):
    """Ready to be sent."""

    media: str
    etag: str
    bodies: dict[str, bytes]
    """By content coding."""


def document_of(body: bytes, media: str) -> Document:
    """Compressed where that is worth it, which takes a while."""
    return Document(media, etag_of(body), encoded(body, media))


def sent(request: Request, document: Document, control: str) -> Response:
    """The answer to a request for it; `control` says how long it may be kept."""
    headers = {"Cache-Control": control, "ETag": document.etag, "Vary": "Accept-Encoding"}
    if matches(request.headers.get("if-none-match", "").encode("latin1"), document.etag):
        return Response(None, 304, headers)
    coding = coding_of(request.headers.get("accept-encoding", "").encode()[:200], tuple(document.bodies))
    if coding:
        headers["Content-Encoding"] = coding
    return Response(document.bodies[coding], 200, headers, document.media)
