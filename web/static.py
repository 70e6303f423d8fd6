"""Static files: read once, compressed once, under addresses that change with what is in them."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from web.document import Document, document_of, sent

_FOLDER = Path(__file__).parent / "static"
_FOR_EVER = "public, max-age=31536000, immutable"
_FOR_A_WHILE = "public, max-age=300"
_HASH_BYTES = 6
_MEDIA = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


class File(NamedTuple):
    """One file, ready to be sent."""

    document: Document
    version: str


def _read(path: Path) -> File:
    body = path.read_bytes()
    media = _MEDIA.get(path.suffix, "text/plain; charset=utf-8")
    return File(document_of(body, media), blake2b(body, digest_size=_HASH_BYTES).hexdigest())


FILES = {path.relative_to(_FOLDER).as_posix(): _read(path) for path in _FOLDER.rglob("*") if path.is_file()}


def address(name: str) -> str:
    """Where a file is served for ever."""
    return f"/static/{name}?v={FILES[name].version}"


async def serve(request: Request) -> Response:
    """GET /static/{name}."""
    file = FILES.get(request.path_params["name"])
    if file is None:
        return PlainTextResponse("nothing is here\n", 404, {"Cache-Control": "no-store"})
    as_named = request.query_params.get("v") == file.version
    return sent(request, file.document, _FOR_EVER if as_named else _FOR_A_WHILE)
